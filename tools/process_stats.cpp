// SPDX-License-Identifier: Apache-2.0
#include "process_stats.h"

#include <unistd.h>

#include <ctime>
#include <fstream>
#include <sstream>
#include <string>

namespace photoplayer::tools {

double process_age_s() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  // The second field is the program's name in brackets and may hold spaces; the start time is the 22nd.
  const std::size_t bracket = text.rfind(')');
  if (bracket == std::string::npos) return 0.0;
  std::istringstream fields(text.substr(bracket + 1));
  std::string field;
  for (int i = 3; i <= 22; ++i) fields >> field;
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  const double since_boot_s = static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  return since_boot_s - std::strtod(field.c_str(), nullptr) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double peak_rss_mb() {
  // Not getrusage: its maximum survives exec and may be the parent's.
  std::ifstream file("/proc/self/status");
  std::string word;
  while (file >> word) {
    double kibibytes = 0.0;
    if (word == "VmHWM:" && file >> kibibytes) return kibibytes * 1024.0 / 1e6;
  }
  return 0.0;
}

}  // namespace photoplayer::tools
