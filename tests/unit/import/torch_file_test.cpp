// SPDX-License-Identifier: Apache-2.0
#include "torch_file.h"

#include "support/catch.h"
#include "torch_writer.h"

#include <numeric>

using namespace photoplayer::model;
using namespace photoplayer::model::test;

namespace {

std::vector<float> values_of(const detail::SourceTensor& tensor) {
  std::vector<float> values(static_cast<std::size_t>(detail::element_count(tensor.shape)));
  detail::SourceReader(tensor).read(values);
  return values;
}

}  // namespace

TEST_CASE("Torch file: tensors share a storage, each with its offset and strides", "[import][unit]") {
  TestTensor storage{{16}, std::vector<float>(16)};
  std::iota(storage.values.begin(), storage.values.end(), 0.0F);
  PickleWriter pickle;
  pickle.op("}(");
  const auto put = [&](const char* name, const std::vector<std::int64_t>& shape, std::int64_t offset,
                       const std::vector<std::int64_t>& strides) {
    pickle.text(name);
    put_tensor(pickle, shape, {.storage_elements = 16, .offset = offset, .strides = strides});
  };
  put("whole", {2, 8}, 0, {8, 1});
  put("tail", {3}, 13, {1});
  put("turned", {2, 3}, 1, {1, 4});
  put("repeated", {2, 3}, 5, {0, 2});
  put("cube", {2, 2, 2}, 0, {1, 4, 2});
  put("one", {}, 7, {});
  ZipWriter zip;
  zip.add("a/data.pkl", pickle.op("u").finish());
  zip.add("a/data/0", stored_bytes(storage, TestType::kF32));
  const std::string file = zip.finish();
  const auto read = detail::read_torch_file(std::as_bytes(std::span(file)));
  REQUIRE(read);
  CHECK(read->size() == 6);
  CHECK(values_of(read->at("whole")) == storage.values);
  CHECK(values_of(read->at("tail")) == std::vector<float>{13, 14, 15});
  CHECK(values_of(read->at("turned")) == std::vector<float>{1, 5, 9, 2, 6, 10});
  CHECK(values_of(read->at("repeated")) == std::vector<float>{5, 7, 9, 5, 7, 9});
  CHECK(values_of(read->at("cube")) == std::vector<float>{0, 2, 4, 6, 1, 3, 5, 7});
  CHECK(values_of(read->at("one")) == std::vector<float>{7});
  CHECK(values_of(detail::transposed(read->at("turned"))) == std::vector<float>{1, 2, 5, 6, 9, 10});
}

TEST_CASE("Torch file: attributes of a module are weights, those of an ordered dictionary are not", "[import][unit]") {
  const auto names = [](const char* module, const char* name) {
    PickleWriter pickle;
    pickle.global(module, name).op(")R(").text("entry");
    put_tensor(pickle, {1}, {.storage_elements = 1});
    pickle.op("u}(").text("attribute");
    put_tensor(pickle, {1}, {.storage_elements = 1});
    ZipWriter zip;
    zip.add("a/data.pkl", pickle.op("ub").finish());
    zip.add("a/data/0", std::string(4, '\0'));
    const std::string file = zip.finish();
    std::vector<std::string> found;
    const auto read = detail::read_torch_file(std::as_bytes(std::span(file)));
    REQUIRE(read);
    for (const auto& [key, tensor] : *read) found.push_back(key);
    return found;
  };
  CHECK(names("collections", "OrderedDict") == std::vector<std::string>{"entry"});
  CHECK(names("__torch__", "Module") == std::vector<std::string>{"attribute", "entry"});
}
