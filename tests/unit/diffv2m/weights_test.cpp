// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/diffv2m/products.h>
#include <photoplayer/diffv2m/weights.h>

#include "support/catch.h"
#include "support/scratch_folder.h"
#include "toy_network.h"

using namespace photoplayer;
using namespace photoplayer::diffv2m;
using namespace photoplayer::tests;

TEST_CASE("Weights: a file's tensors are views of its mapping and keep it alive", "[diffv2m][unit]") {
  const ScratchFolder folder;
  const auto a = torch::randn({3, 4}).to(torch::kBFloat16), b = torch::randn({5}).to(torch::kHalf);
  write_safetensors(folder / "file", {{"w.a", a}, {"w.b", b}, {"other", a}});
  auto file = std::make_shared<const model::SafetensorsFile>(model::SafetensorsFile::open(folder / "file").value());
  const auto* bytes = file->tensor("w.a")->bytes.data();
  const auto weights = weights_of(file, "w.").value();
  file.reset();
  REQUIRE(weights.size() == 2);
  CHECK(weights.at("a").data_ptr() == bytes);
  CHECK(torch::equal(weights.at("a"), a));
  CHECK(torch::equal(weights.at("b"), b));
}

TEST_CASE("Weights: tensors that lie unaligned are copied", "[diffv2m][unit]") {
  const ScratchFolder folder;
  const auto half = torch::randn({1}).to(torch::kHalf), full = torch::randn({7});
  write_safetensors(folder / "file", {{"a", half}, {"b", full}});  // b lies two bytes further
  const auto file =
      std::make_shared<const model::SafetensorsFile>(model::SafetensorsFile::open(folder / "file").value());
  CHECK(torch::equal(weights_of(file, "").value().at("b"), full));
}

TEST_CASE("Products: the weight's type decides, the activation's type comes out", "[diffv2m][unit]") {
  const auto x = torch::randn({2, 3, 64}), weight = torch::randn({32, 64}), bias = torch::randn({32});
  const auto exact = project(x, weight, bias);
  for (const auto& [type, limit] :
       {std::pair{torch::kFloat, 1e-6}, std::pair{torch::kHalf, 2e-3}, std::pair{torch::kBFloat16, 3e-2}}) {
    const auto y = project(x, weight.to(type), bias);
    CHECK(y.scalar_type() == torch::kFloat);
    CHECK(relative_error(y, exact) < limit);
    CHECK((relative_error(y, exact) > 0.0) == (type != torch::kFloat));
  }
}

TEST_CASE("Products: query heads share key heads in order", "[diffv2m][unit]") {
  const auto q = torch::randn({2, 4, 5, 32}), k = torch::randn({2, 2, 6, 32}), v = torch::randn({2, 2, 6, 32});
  const auto shared = attend(q, k, v);
  CHECK(relative_error(shared, attend(q, k.repeat_interleave(2, 1), v.repeat_interleave(2, 1))) < 1e-5);
}

TEST_CASE("Weights: a network in bf16 stays near the one in fp32", "[diffv2m][unit]") {
  const Toy toy(toy_config());
  const auto rounded = Network::make(toy.config, with_matrices_as(toy.weights, torch::kBFloat16)).value();
  const auto x = torch::randn({2, 16, toy.config.latent_dims});
  const auto v = [&](const Network& network) { return network.velocity(network.prepare(toy.conditions), x, 0.5, 1.0); };
  const double error = relative_error(v(rounded), v(toy.network));
  INFO(error);
  CHECK(error > 1e-4);  // it is another type
  CHECK(error < 0.1);   // 8 bits of mantissa through three blocks; measured 0.012
}
