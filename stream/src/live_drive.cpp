// SPDX-License-Identifier: Apache-2.0
#include "live_drive.h"

#include <pthread.h>

#include <utility>

namespace photoplayer::stream {
namespace {

void name_thread(std::thread& thread, const char* name) {
  pthread_setname_np(thread.native_handle(), name);
}

}  // namespace

LiveDrive::LiveDrive(const LiveSettings& settings, Clock& clock, const Timeline& timeline, Conductor& conductor,
                     Ledger& ledger, FrameRing& ring, RingRenderPort& port, MakeSampler make_sampler,
                     const ReadControls& read_controls)
    : pace_(clock),
      sampler_(settings, pace_, timeline, ledger, exchange_, std::move(make_sampler), read_controls),
      conductor_(settings, pace_, timeline, conductor, ledger, ring, port, exchange_, read_controls) {
  sampler_thread_ = std::thread([this] { sampler_.run(); });
  try {
    conductor_thread_ = std::thread([this] { conductor_.run(); });
  } catch (...) {
    stop();
    throw;
  }
  name_thread(sampler_thread_, "pp-sampler");
  name_thread(conductor_thread_, "pp-conductor");
}

LiveDrive::~LiveDrive() {
  stop();
}

void LiveDrive::stop() {
  pace_.stop();
  for (std::thread* thread : {&sampler_thread_, &conductor_thread_}) {
    if (thread->joinable()) thread->join();
  }
  pace_.resume_clock();
}

}  // namespace photoplayer::stream
