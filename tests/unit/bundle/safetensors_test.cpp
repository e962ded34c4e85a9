// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/model/safetensors.h>

#include "bundle_fixture.h"
#include "support/catch.h"

#include <cstring>
#include <utility>

using namespace photoplayer;
using namespace photoplayer::model;
using namespace photoplayer::model::test;

namespace {

std::string with_length(const std::string& header, const std::string& data) {
  std::string file;
  for (std::size_t i = 0; i < 8; ++i) file.push_back(static_cast<char>((header.size() >> (8 * i)) & 0xffU));
  return file + header + data;
}

std::string bytes_of(std::initializer_list<float> values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.begin(), bytes.size());
  return bytes;
}

}  // namespace

TEST_CASE("Safetensors: a plain file opens; what it holds can be read, also after a move", "[bundle][unit]") {
  const TemporaryFolder folder;
  const std::string data = bytes_of({1.0F, -2.5F}) + std::string("\x03\0\0\0\0\0\0\0", 8) + "\x80\x3f" + "12345678";
  write_file(folder / "plain", with_length(R"({"__metadata__":{"depth":"2"},)"
                                           R"("a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},)"
                                           R"("b":{"dtype":"I64","shape":[],"data_offsets":[8,16]},)"
                                           R"("c":{"dtype":"BF16","shape":[1],"data_offsets":[16,18]},)"
                                           R"("d":{"dtype":"F64","shape":[1],"data_offsets":[18,26]}})",
                                           data));
  auto opened = SafetensorsFile::open(folder / "plain");
  REQUIRE(opened);
  const auto view = opened->tensor("a");
  const SafetensorsFile file = std::move(*opened);
  REQUIRE(view);
  CHECK(file.metadata().find("depth")->second == "2");
  CHECK(file.names() == std::vector<std::string>{"a", "b", "c", "d"});
  CHECK(view->shape == std::vector<std::int64_t>{2, 1});
  CHECK(floats_of(*view) == std::vector<float>{1.0F, -2.5F});
  CHECK(floats_of(*file.tensor("b")) == std::vector<float>{3.0F});
  CHECK(floats_of(*file.tensor("c")) == std::vector<float>{1.0F});
  for (const auto& [name, word] : {std::pair{"d", "F64"}, std::pair{"e", "'e'"}}) {
    const auto refused = file.tensor(name);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kBadInput);
    CHECK(refused.error().message.find(word) != std::string::npos);
  }
}

TEST_CASE("Safetensors: what is not one is refused in one line with the file's name", "[bundle][unit]") {
  const TemporaryFolder folder;
  const std::string header = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  const std::string good = with_length(header, bytes_of({1.0F, 2.0F}));
  write_file(folder / "file", good);
  REQUIRE(SafetensorsFile::open(folder / "file"));
  const std::string foreign = R"({"a":{"dtype":"F64","shape":[1],"data_offsets":[0,99]}})";
  for (const std::string& bytes :
       {std::string(), good.substr(0, 7), good.substr(0, 20), good.substr(0, good.size() - 1), good + "x",
        with_length("[]", ""), with_length(header + header, bytes_of({1.0F, 2.0F})),
        with_length(foreign, bytes_of({1.0F, 2.0F})),
        with_length(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", bytes_of({1.0F, 2.0F}))}) {
    write_file(folder / "file", bytes);
    const auto opened = SafetensorsFile::open(folder / "file");
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == ErrorCode::kBadInput);
    CHECK(one_line(opened.error().message));
    CHECK(opened.error().message.find("file") != std::string::npos);
  }
  CHECK_FALSE(SafetensorsFile::open(folder / "missing"));
  CHECK_FALSE(SafetensorsFile::open(folder / "."));
}
