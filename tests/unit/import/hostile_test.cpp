// SPDX-License-Identifier: Apache-2.0
/// Files that want to harm: each is refused with one line, or its harmful part is ignored.
#include "import_fixture.h"
#include "pickle.h"
#include "torch_file.h"
#include "weight_file.h"
#include "zip_archive.h"

#include <functional>
#include <random>

using namespace photoplayer;
using namespace photoplayer::model;
using namespace photoplayer::model::test;

namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

std::string zip_of(const std::string& pickle, const std::string& storage = std::string(64, '\0')) {
  ZipWriter zip;
  zip.add("archive/data.pkl", pickle);
  zip.add("archive/data/0", storage);
  return zip.finish();
}

/// One tensor `w` of 16 floats' storage.
std::string one_tensor(const std::vector<std::int64_t>& shape, const TensorPlace& place) {
  PickleWriter pickle;
  pickle.op("}").text("w");
  put_tensor(pickle, shape, place);
  return zip_of(pickle.op("s").finish());
}

void check_refused(const std::string& file, const std::string& what) {
  INFO(what);
  const auto read = detail::read_torch_file(bytes_of(file));
  REQUIRE_FALSE(read);
  INFO(read.error().message);
  CHECK(read.error().code == ErrorCode::kBadInput);
  CHECK(one_line(read.error().message));
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("Torch file: a tensor outside its storage is refused, at its edge it is read", "[import][unit]") {
  const std::int64_t huge = std::int64_t{1} << 62;
  const auto fits = [](const std::vector<std::int64_t>& shape, TensorPlace place) {
    place.storage_elements = 16;
    const std::string file = one_tensor(shape, place);
    return detail::read_torch_file(bytes_of(file)).has_value();
  };
  CHECK(fits({4, 4}, {}));
  CHECK(fits({4, 4}, {.strides = {1, 4}}));
  CHECK(fits({3}, {.offset = 13}));
  CHECK(fits({0, 5}, {.offset = 16}));
  CHECK(fits({}, {.offset = 15}));
  CHECK_FALSE(fits({}, {.offset = 16}));
  CHECK_FALSE(fits({17}, {}));
  CHECK_FALSE(fits({3}, {.offset = 14}));
  CHECK_FALSE(fits({4, 4}, {.strides = {5, 1}}));
  CHECK_FALSE(fits({4}, {.offset = -1}));
  CHECK_FALSE(fits({-4}, {}));
  CHECK_FALSE(fits({4}, {.strides = {-1}}));
  CHECK_FALSE(fits({huge, huge}, {.strides = {0, 0}}));
  CHECK_FALSE(fits({huge}, {.strides = {huge}}));
  CHECK_FALSE(fits({2}, {.offset = huge, .strides = {huge}}));
  CHECK_FALSE(fits({4}, {.key = "1"}));
  CHECK_FALSE(fits({4}, {.key = "../data.pkl"}));
  CHECK_FALSE(fits({2, 2}, {.strides = {1}}));
  CHECK_FALSE(fits({9}, {.storage_class = "DoubleStorage"}));
}

TEST_CASE("Pickle: nothing in it is executed", "[import][unit]") {
  PickleWriter pickle;
  pickle.op("}(").text("a").global("os", "system").text("touch photoplayer-was-executed").op("\x85R");
  pickle.text("b").global("posix", "system").op(")\x81").text("touch photoplayer-was-executed").op("b");
  pickle.text("w");
  put_tensor(pickle, {4}, {.storage_elements = 16});
  const std::string file = zip_of(pickle.op("u").finish());
  const auto read = detail::read_torch_file(bytes_of(file));
  REQUIRE(read);
  CHECK(read->size() == 1);
  CHECK(read->contains("w"));
  CHECK_FALSE(std::filesystem::exists("photoplayer-was-executed"));

  const std::string call = PickleWriter().global("os", "system").text("true").op("\x85R").finish();
  const auto value = detail::read_pickle(bytes_of(call));
  REQUIRE(value);
  CHECK(value->values[value->root].kind == detail::PickleValue::Kind::kObject);
}

TEST_CASE("Pickle: numbers of every opcode", "[import][unit]") {
  const auto number = [](const std::string& opcodes) {
    const std::string bytes = "\x80\x02" + opcodes + ".";
    const auto pickle = detail::read_pickle(bytes_of(bytes));
    REQUIRE(pickle);
    return pickle->values[pickle->root].integer;
  };
  using namespace std::string_literals;
  CHECK(number("K\xff"s) == 255);
  CHECK(number("M\xff\xff"s) == 65535);
  CHECK(number("J\xfe\xff\xff\xff"s) == -2);
  CHECK(number("\x8a\x00"s) == 0);
  CHECK(number("\x8a\x01\xff"s) == -1);
  CHECK(number("\x8a\x02\xff\x00"s) == 255);
  CHECK(number("\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80"s) == std::numeric_limits<std::int64_t>::min());
  CHECK(number("\x8b\x05\x00\x00\x00\x00\x00\x00\x00\x01"s) == (std::int64_t{1} << 32));
}

TEST_CASE("Pickle: what is malformed is refused", "[import][unit]") {
  using namespace std::string_literals;
  const std::string head = "\x80\x02"s;
  // clang-format off
  const std::pair<const char*, std::string> cases[] = {
      {"empty", ""s}, {"no stop", head}, {"nothing on the stack", head + "."}, {"protocol 0", "\x80\x00N."s},
      {"protocol 9", "\x80\x09N."s}, {"text opcode", head + "I1\n."}, {"unknown opcode", head + "\xfa."},
      {"text past the end", head + "X\xff\xff\xff\xff" "a."}, {"text of 2^64 bytes", head + "\x8d\xff\xff\xff\xff\xff\xff\xff\xff" "a."},
      {"long past the end", head + "\x8b\xff\xff\xff\x7f" "a."}, {"global without end", head + "cos\nsystem"},
      {"tuple of an empty stack", head + "\x87."}, {"tuple without a mark", head + "t."}, {"append to nothing", head + "Na."},
      {"append below a mark", head + "](Na."}, {"items to nothing", head + "(u."}, {"items to nothing, no mark", head + "u."},
      {"odd dictionary", head + "}(Nu."}, {"odd dictionary of a mark", head + "(NNNd."}, {"memo of nothing", head + "q\x00."s},
      {"unknown memo", head + "h\x07."}, {"reduce of nothing", head + "R."}, {"reduce of one", head + "NR."},
      {"build of nothing", head + "Nb."}, {"build of an empty stack", head + "b."}, {"persistent nothing", head + "Q."},
      {"duplicate nothing", head + "2."}, {"pop nothing", head + "0."}, {"frame without a length", head + "\x95N."},
  };
  // clang-format on
  for (const auto& [what, bytes] : cases) {
    INFO(what);
    const auto pickle = detail::read_pickle(bytes_of(bytes));
    REQUIRE_FALSE(pickle);
    CHECK(pickle.error().code == ErrorCode::kBadInput);
  }
}

TEST_CASE("Pickle: depth, cycles and repetition cost no more than their bytes", "[import][unit]") {
  SECTION("a million lists inside each other") {
    CHECK(
        detail::read_torch_file(
            bytes_of(zip_of(PickleWriter().op(repeated("(", 1'000'000)).op("N").op(repeated("l", 1'000'000)).finish())))
            ->empty());
  }
  SECTION("a thousand dictionaries inside each other") {
    std::string inner =
        PickleWriter().op(repeated(PickleWriter().op("}").text("k").finish().substr(2, 7), 1000)).finish();
    inner.pop_back();
    check_refused(zip_of(inner + "N" + repeated("s", 1000) + "."), "a name of 2,000 letters");
  }
  SECTION("a dictionary in itself") {
    PickleWriter pickle;
    pickle.op("}q\x01(").text("self").op("h\x01").text("w");
    put_tensor(pickle, {1}, {.storage_elements = 16});
    const std::string file = zip_of(pickle.op("u").finish());
    const auto read = detail::read_torch_file(bytes_of(file));
    REQUIRE(read);
    CHECK(read->size() == 1);
  }
  SECTION("an object built of itself") {
    PickleWriter pickle;
    pickle.global("a", "B").op(
        ")\x81q\x01h\x01"
        "b");
    CHECK(detail::read_torch_file(bytes_of(zip_of(pickle.finish()))).has_value());
  }
  SECTION("each dictionary holds the one before it ten times") {
    PickleWriter pickle;
    pickle.op("}q\x01").op("0");
    for (int level = 0; level < 40; ++level) {
      pickle.op("}(");
      for (const char* key : {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}) pickle.text(key).op("h\x01");
      pickle.op("uq\x01").op("0");
    }
    const std::string file = zip_of(pickle.op("h\x01").finish());
    CHECK(detail::read_torch_file(bytes_of(file)).has_value());
  }
  SECTION("more values than any checkpoint has") {
    check_refused(zip_of("\x80\x02(" + std::string(5'000'000, 'N') + "t."), "5 million values");
    check_refused(zip_of("\x80\x02N" + std::string(5'000'000, '2') + "."), "5 million duplicates");
    check_refused(zip_of("\x80\x02" + std::string(5'000'000, '(') + "N."), "5 million marks");
  }
}

TEST_CASE("Zip: sizes and places that lie are refused", "[import][unit]") {
  const bool zip64 = GENERATE(false, true);
  ZipWriter writer(zip64);
  writer.add("archive/data.pkl", PickleWriter().op("}").finish());
  writer.add("archive/data/0", std::string(64, 'x'));
  const std::string good = writer.finish();
  REQUIRE(detail::read_torch_file(bytes_of(good)));
  for (std::size_t length = 0; length < good.size(); ++length) {
    check_refused(good.substr(0, length), "cut after " + std::to_string(length));
  }
  // No byte may make it crash; most make it refuse.
  std::mt19937 random(7);
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string changed = good;
    for (const unsigned value : {0U, 0xffU, static_cast<unsigned>(random() & 0xffU)}) {
      changed[at] = static_cast<char>(value);
      const auto read = detail::read_torch_file(bytes_of(changed));
      CHECK((read || one_line(read.error().message)));
    }
  }
}

TEST_CASE("Zip: an entry larger than its file is refused", "[import][unit]") {
  TensorPlace place;
  place.storage_elements = 16;
  std::string file = one_tensor({4}, place);
  REQUIRE(detail::read_torch_file(bytes_of(file)));
  // Both sizes of the storage's entry in the directory, which stands last.
  const std::size_t name = file.rfind("archive/data/0");
  for (const std::size_t field : {name - 46 + 20, name - 46 + 24}) file.replace(field, 4, "\xff\xff\xff\x7f");
  check_refused(file, "a storage of 2 GiB");
}

TEST_CASE("Zip: what torch does not write is refused", "[import][unit]") {
  const std::string pickle = PickleWriter().op("}").finish();
  ZipWriter compressed;
  compressed.add("archive/data.pkl", pickle, 8);
  check_refused(compressed.finish(), "compressed");
  ZipWriter foreign;
  foreign.add("word/document.xml", "<w/>");
  check_refused(foreign.finish(), "no pickle");
  ZipWriter twice;
  twice.add("archive/data.pkl", pickle);
  twice.add("archive/data.pkl", pickle);
  check_refused(twice.finish(), "an entry twice");
  ZipWriter big;
  big.add("archive/data.pkl", pickle);
  big.add("archive/byteorder", "big");
  check_refused(big.finish(), "big-endian");
}

TEST_CASE("Weight file: what is no weights is refused by name", "[import][unit]") {
  const TemporaryFolder folder;
  const std::pair<const char*, std::string> cases[] = {
      {"empty", ""},
      {"page", "<!DOCTYPE html><html><body>blob</body></html>"},
      {"pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:00\n"},
      {"old", std::string("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15)},
      {"nothing", zip_of(PickleWriter().op("}").finish())},
      {"noise", std::string(1000, '\x5a')},
  };
  for (const auto& [what, bytes] : cases) {
    INFO(what);
    write_file(folder / what, bytes);
    const auto opened = detail::WeightFile::open(folder / what);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == ErrorCode::kBadInput);
    CHECK(one_line(opened.error().message));
    CHECK(opened.error().message.find(what) != std::string::npos);
  }
  CHECK(detail::WeightFile::open(folder / "page").error().message.find("web page") != std::string::npos);
  CHECK(detail::WeightFile::open(folder / "old").error().message.find("1.6") != std::string::npos);
  CHECK_FALSE(detail::WeightFile::open(folder / "absent"));
}

TEST_CASE_METHOD(ImportTest, "Import: a hostile entry beside the weights changes nothing", "[import][unit]") {
  const Published published = publish(tiny_config());
  put("clip.pt", torch_script(published.clip, TestType::kF32));
  put("model.ckpt", torch_checkpoint(lightning_layout(published)));  // with os.system and eval in it
  REQUIRE(run());
  check_tensors(result(), published.expected);
  CHECK_FALSE(std::filesystem::exists("photoplayer-was-executed"));
}
