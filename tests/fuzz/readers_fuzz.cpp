// SPDX-License-Identifier: Apache-2.0
/// Feeds damaged files to everything that reads files from elsewhere: bundles, safetensors, pickles, checkpoints,
/// TorchScript. What is refused must be refused in one line; what is accepted is read to its last element. Only worth
/// running with sanitizers: `./run fuzz [SECONDS] [SEED]`.
#include <photoplayer/model/bundle.h>
#include <photoplayer/model/bundle_writer.h>
#include <photoplayer/model/safetensors.h>

#include "fuzz/mutations.h"
#include "pickle.h"
#include "source_tensor.h"
#include "torch_file.h"
#include "unit/bundle/bundle_fixture.h"
#include "unit/import/torch_writer.h"
#include "weight_file.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <numeric>

using namespace photoplayer;
using namespace photoplayer::model;
using namespace photoplayer::model::test;
using photoplayer::test::Mutations;

namespace {

struct Tally {
  std::uint64_t tried = 0, accepted = 0;
};

void demand(bool holds, const char* what, const std::string& input) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: %s; the input is in fuzz-failure.bin\n", what);
  write_file("fuzz-failure.bin", input);
  std::abort();
}

template <typename Value>
bool accepted(const Result<Value>& read, const std::string& input) {
  if (!read) demand(one_line(read.error().message), "a refusal is not one line", input);
  return read.has_value();
}

/// Every element, or a sanitizer would not see where they are.
void read_all(const std::map<std::string, detail::SourceTensor>& tensors) {
  static volatile float sum = 0.0F;
  for (const auto& [name, tensor] : tensors) {
    constexpr std::int64_t kMost = 1 << 16;
    const std::int64_t count = detail::element_count(tensor.shape);
    if (tensor.type == detail::SourceType::kOther || count < 0 || count > kMost) continue;
    std::vector<float> values(static_cast<std::size_t>(count));
    detail::SourceReader(tensor).read(values);
    sum = std::accumulate(values.begin(), values.end(), 0.0F);
  }
}

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

/// The header's length made right, so that what is in it is reached.
std::string with_true_length(std::string file, std::size_t data_bytes) {
  if (file.size() < 8 + data_bytes) return file;
  const std::size_t header = file.size() - 8 - data_bytes;
  for (std::size_t b = 0; b < 8; ++b) file[b] = static_cast<char>((header >> (8 * b)) & 0xffU);
  return file;
}

class Fuzzer {
 public:
  explicit Fuzzer(std::uint64_t seed) : mutations_(seed) {
    const NamedTensors tensors = {{"a.weight", {{2, 3}, {1, 2, 3, 4, 5, 6}}}, {"a.bias", {{3}, {1, 2, 3}}}};
    checkpoints_ = {torch_checkpoint(tensors),
                    torch_checkpoint(tensors, {TestType::kF16, false, true, true, true, "x"}), torch_script(tensors)};
    safetensors_ = safetensors(tensors);
    PickleWriter pickle;
    pickle.op("}").text("w");
    put_tensor(pickle, {4, 4}, {"0", 16, 0, {4, 1}, "FloatStorage"});
    pickle_ = pickle.op("s").finish();
    const auto written = write_bundle(folder_ / "whole", kMetadata, small_tensors());
    demand(written.has_value(), "the bundle could not be written", "");
    bundle_ = read_file(folder_ / "whole");
  }

  void turn() {
    const std::string& checkpoint = checkpoints_[mutations_.up_to(checkpoints_.size() - 1)];
    const std::string pickle = mutations_.damaged(pickle_, checkpoint);
    tally("pickle", accepted(detail::read_pickle(bytes_of(pickle)), pickle));
    ZipWriter zip;
    zip.add("archive/data.pkl", pickle);
    zip.add("archive/data/0", std::string(64, '\1'));
    read_torch("checkpoint, damaged pickle", zip.finish());
    read_torch("checkpoint, damaged zip", mutations_.damaged(checkpoint, pickle_));

    std::string weights = mutations_.damaged(safetensors_, bundle_);
    if (mutations_.up_to(1) == 0) weights = with_true_length(std::move(weights), 9 * sizeof(float));
    write_file(folder_ / "weights", weights);
    const auto file = detail::WeightFile::open(folder_ / "weights");
    if (accepted(file, weights)) read_all(file->tensors());
    tally("weights", file.has_value());
    tally("safetensors", accepted(SafetensorsFile::open(folder_ / "weights"), weights));

    const std::string bundle = mutations_.damaged(bundle_, safetensors_);
    write_file(folder_ / "bundle", bundle);
    const bool opened = accepted(Bundle::open(folder_ / "bundle"), bundle);
    demand(!opened || bundle == bundle_, "a damaged bundle was opened", bundle);
    tally("bundle", opened);
  }

  void print() const {
    for (const auto& [name, tally] : tallies_) {
      std::printf("%-28s %9llu tried, %8llu accepted\n", name.c_str(), static_cast<unsigned long long>(tally.tried),
                  static_cast<unsigned long long>(tally.accepted));
    }
  }

 private:
  void read_torch(const char* name, const std::string& bytes) {
    const auto read = detail::read_torch_file(bytes_of(bytes));
    if (accepted(read, bytes)) read_all(*read);
    tally(name, read.has_value());
  }
  void tally(const char* name, bool accepted) {
    Tally& one = tallies_[name];
    ++one.tried;
    if (accepted) ++one.accepted;
  }

  Mutations mutations_;
  TemporaryFolder folder_;
  std::vector<std::string> checkpoints_;
  std::string safetensors_, pickle_, bundle_;
  std::map<std::string, Tally> tallies_;
};

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 10.0;
  const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  Fuzzer fuzzer(seed);
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() < seconds) fuzzer.turn();
  std::printf("seed %llu, %.0f s\n", static_cast<unsigned long long>(seed), seconds);
  fuzzer.print();
  return 0;
}
