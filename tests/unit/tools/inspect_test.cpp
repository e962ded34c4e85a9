// SPDX-License-Identifier: Apache-2.0
#include "inspect_command.h"

#include "clips.h"
#include "scripted_model.h"
#include "support/catch.h"

#include <nlohmann/json.hpp>

using namespace photoplayer;
using namespace photoplayer::tools;
using namespace photoplayer::tools::test;

TEST_CASE("inspect: says what the bundle says", "[tools][unit]") {
  const TemporaryFolder folder;
  write_tiny_bundle(folder / "a.bundle");
  const auto text = inspect({folder / "a.bundle", true});
  REQUIRE(text);
  const auto json = nlohmann::json::parse(*text);
  CHECK(json["name"] == "scripted");
  CHECK(json["family"] == "parlour");
  CHECK(json["licence"] == "CC0-1.0");
  CHECK(json["parameters"] == 2);
  CHECK(json["tensors"][0]["name"] == "w");
  CHECK(json["tensors"][0]["shape"] == nlohmann::json{2});
  CHECK(json["config"].is_object());
  const auto plain = inspect({folder / "a.bundle", false});
  REQUIRE(plain);
  CHECK(plain->find("CC0-1.0") != std::string::npos);
}

TEST_CASE("inspect: a damaged bundle is refused", "[tools][unit]") {
  const TemporaryFolder folder;
  write_tiny_bundle(folder / "a.bundle");
  std::string bytes = read_file(folder / "a.bundle");
  bytes[20] = static_cast<char>(bytes[20] ^ 1);
  write_file(folder / "a.bundle", bytes);
  const auto text = inspect({folder / "a.bundle", true});
  REQUIRE_FALSE(text);
  CHECK(text.error().code == ErrorCode::kBadBundle);
}
