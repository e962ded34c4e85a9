// SPDX-License-Identifier: Apache-2.0
#include "eval/eval_command.h"

#include "eval/controls.h"
#include "media/output_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <system_error>

namespace photoplayer::tools {
namespace {

namespace fs = std::filesystem;

template <std::size_t kCount>
bool ends_in(const fs::path& file, const std::array<const char*, kCount>& endings) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::any_of(endings.begin(), endings.end(), [&](const char* known) { return ending == known; });
}

}  // namespace

Result<std::vector<fs::path>> files_in(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return fail(ErrorCode::kBadInput, folder.string() + " is no folder");
  std::vector<fs::path> files;
  const auto follow = fs::directory_options::follow_directory_symlink | fs::directory_options::skip_permission_denied;
  for (auto at = fs::recursive_directory_iterator(folder, follow, error); at != fs::recursive_directory_iterator();
       at.increment(error)) {
    if (error) break;
    if (at->is_regular_file(error)) files.push_back(at->path());
  }
  if (error) return fail(ErrorCode::kBadInput, "cannot read the folder " + folder.string() + ": " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

bool is_midi(const fs::path& file) {
  return ends_in(file, std::array{".mid", ".midi"});
}
bool is_sound(const fs::path& file) {
  return ends_in(file, std::array{".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".m4a", ".aac", ".aiff"});
}
bool is_film(const fs::path& file) {
  return ends_in(file, std::array{".mp4", ".mkv", ".webm", ".mov", ".avi", ".m4v", ".ogv"});
}

Result<EvalOutcome> evaluate(const EvalOptions& options, const std::atomic<bool>& cancelled,
                             const ModelFactory& factory) {
  EvalResults results;
  // Nothing is measured for a place that cannot be written.
  std::optional<OutputFile> json;
  if (!options.json.empty()) {
    auto file = OutputFile::create(options.json);
    if (!file) return tl::unexpected(file.error());
    json.emplace(std::move(*file));
  }
  if (!options.plots.empty()) {
    std::error_code error;
    fs::create_directories(options.plots, error);
    if (error)
      return fail(ErrorCode::kOutput, "cannot make the folder " + options.plots.string() + ": " + error.message());
  }
  for (const auto& [asked, part] : {std::pair{&options.pairs, &evaluate_pairs},
                                    {&options.music, &evaluate_recordings},
                                    {&options.midi, &evaluate_scores}}) {
    if (asked->empty()) continue;
    if (auto done = part(options, results, cancelled); !done) return tl::unexpected(done.error());
  }
  if (options.controls) {
    if (auto done = evaluate_controls(options, factory, results, cancelled); !done) return tl::unexpected(done.error());
  }
  if (options.long_s > 0.0) {
    if (auto done = evaluate_long(options, factory, results, cancelled); !done) return tl::unexpected(done.error());
  }
  if (json) {
    if (auto done = json->write_all(eval_json(results)); !done) return tl::unexpected(done.error());
    if (auto done = json->commit(); !done) return tl::unexpected(done.error());
  }
  return EvalOutcome{eval_table(results), std::move(results.warnings)};
}

}  // namespace photoplayer::tools
