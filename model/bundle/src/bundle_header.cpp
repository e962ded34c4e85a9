// SPDX-License-Identifier: Apache-2.0
#include "bundle_header.h"

#include "sha256.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <set>
#include <utility>

namespace photoplayer::model::detail {
namespace {

using Json = nlohmann::json;

tl::unexpected<Error> bad(std::string reason) {
  return fail(ErrorCode::kBadBundle, std::move(reason));
}

/// Walks the text before it is built: refuses duplicate keys (a JSON library keeps one of them silently) and deep
/// nesting (a header of brackets costs fifty times its size once built).
class StructureCheck : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return deeper(); }
  bool start_array(std::size_t) override { return deeper(); }
  bool end_object() override { return shallower(); }
  bool end_array() override { return shallower(); }
  bool key(string_t& name) override {
    if (keys_.back().insert(name).second) return true;
    reason_ = "the key '" + printable(name) + "' appears twice";
    return false;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    reason_ = "it is not valid JSON at byte " + std::to_string(position);
    return false;
  }
  [[nodiscard]] const std::string& reason() const { return reason_; }

 private:
  static constexpr std::size_t kMaxDepth = 16;
  bool deeper() {
    keys_.emplace_back();
    if (keys_.size() <= kMaxDepth) return true;
    reason_ = "it is nested more than " + std::to_string(kMaxDepth) + " deep";
    return false;
  }
  bool shallower() {
    keys_.pop_back();
    return true;
  }
  std::vector<std::set<std::string>> keys_;
  std::string reason_;
};

Result<Json> parse_object(std::string_view text, const std::string& what) {
  StructureCheck check;
  if (!Json::sax_parse(text.begin(), text.end(), &check)) return bad(what + ": " + check.reason());
  Json parsed = Json::parse(text.begin(), text.end(), nullptr, false);
  if (!parsed.is_object()) return bad(what + ": it is not a JSON object");
  return parsed;
}

std::optional<DType> dtype_from(const std::string& name) {
  for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16, DType::kI64, DType::kI32, DType::kU8}) {
    if (name == dtype_name(dtype)) return dtype;
  }
  return std::nullopt;
}

Result<TensorEntry> parse_tensor(const std::string& name, const Json& entry, std::uint64_t data_bytes,
                                 ForeignTypes foreign) {
  const std::string what = "tensor '" + printable(name) + "'";
  if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") || !entry.contains("shape") ||
      !entry.contains("data_offsets")) {
    return bad(what + " does not have exactly dtype, shape and data_offsets");
  }
  TensorEntry tensor;
  if (!entry["dtype"].is_string()) return bad(what + ": dtype is not a string");
  const auto dtype = dtype_from(entry["dtype"].get<std::string>());
  if (!dtype && foreign == ForeignTypes::kListed) {
    tensor.foreign_type = printable(entry["dtype"].get<std::string>());
  } else if (!dtype) {
    return bad(what + " has type '" + printable(entry["dtype"].get<std::string>()) +
               "'; F32, F16, BF16, I64, I32 and U8 are known");
  }
  tensor.dtype = dtype.value_or(DType::kU8);
  const Json& shape = entry["shape"];
  if (!shape.is_array() || shape.size() > 8) return bad(what + ": shape is not a list of at most 8 numbers");
  for (const Json& extent : shape) {
    if (!extent.is_number_unsigned() || extent.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()) {
      return bad(what + ": shape holds " + printable(extent.dump().substr(0, 40)) + ", not a whole number from 0 up");
    }
    tensor.shape.push_back(extent.get<std::int64_t>());
  }
  const Json& offsets = entry["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned()) {
    return bad(what + ": data_offsets are not two whole numbers");
  }
  tensor.begin = offsets[0].get<std::uint64_t>();
  tensor.end = offsets[1].get<std::uint64_t>();
  if (tensor.begin > tensor.end || tensor.end > data_bytes) {
    return bad(what + " lies at " + std::to_string(tensor.begin) + "…" + std::to_string(tensor.end) +
               ", outside the data of " + std::to_string(data_bytes) + " bytes; the file may be cut off");
  }
  if (!dtype) return tensor;  // how many bytes its shape needs is not known
  const auto bytes = bytes_of(tensor.shape, tensor.dtype);
  if (!bytes) return bad(what + ": " + bytes.error().message);
  if (*bytes != tensor.end - tensor.begin) {
    return bad(what + " of shape " + shape_text(tensor.shape) + " needs " + std::to_string(*bytes) + " bytes, has " +
               std::to_string(tensor.end - tensor.begin));
  }
  return tensor;
}

/// Every byte of the data section belongs to exactly one tensor.
Result<void> check_layout(const std::map<std::string, TensorEntry, std::less<>>& tensors, std::uint64_t data_bytes) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
  for (const auto& [name, tensor] : tensors) ranges.emplace_back(tensor.begin, tensor.end);
  std::sort(ranges.begin(), ranges.end());
  std::uint64_t reached = 0;
  for (const auto& [begin, end] : ranges) {
    if (begin < reached) return bad("tensors overlap at data byte " + std::to_string(begin));
    if (begin > reached) return bad("no tensor owns the data bytes from " + std::to_string(reached));
    reached = end;
  }
  if (reached != data_bytes) {
    return bad("the tensors end at data byte " + std::to_string(reached) + ", the file has " +
               std::to_string(data_bytes) + "; it may have grown or been cut off");
  }
  return {};
}

Result<std::string> required_text(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string() || found->get_ref<const std::string&>().empty()) {
    return bad(std::string("its photoplayer metadata has no '") + key + "' text");
  }
  return found->get<std::string>();
}

}  // namespace

std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  std::string out(text.substr(0, kLongest));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  if (text.size() > kLongest) out += "...";
  return out;
}

std::string shape_text(std::span<const std::int64_t> shape) {
  std::string out = "[";
  for (const std::int64_t extent : shape) out += (out.size() > 1 ? ", " : "") + std::to_string(extent);
  return out + "]";
}

Result<std::uint64_t> bytes_of(const std::vector<std::int64_t>& shape, DType dtype) {
  std::int64_t product = static_cast<std::int64_t>(dtype_size_bytes(dtype));
  // A zero extent makes the tensor empty, whatever the others are, yet the others' product must not wrap.
  for (const std::int64_t extent : shape) {
    if (extent < 0 || (extent > 0 && product > std::numeric_limits<std::int64_t>::max() / extent)) {
      return bad("shape " + shape_text(shape) + " is negative or too large");
    }
    product *= extent;
  }
  return static_cast<std::uint64_t>(product);
}

Result<BundleInfo> parse_info(std::string_view metadata) {
  const auto object = parse_object(metadata, "its photoplayer metadata");
  if (!object) return tl::unexpected(object.error());
  BundleInfo info;
  const auto format = object->find("format");
  if (format == object->end() || !format->is_number_unsigned()) {
    return bad("its photoplayer metadata has no 'format' number");
  }
  if (format->get<std::uint64_t>() != kFormat) {
    return bad("it has format " + format->dump() + ", this build reads " + std::to_string(kFormat) +
               "; use a matching build or write the bundle again");
  }
  info.format = kFormat;
  for (const auto& [key, into] :
       {std::pair{"family", &info.family}, {"name", &info.name}, {"licence", &info.licence}}) {
    auto text = required_text(*object, key);
    if (!text) return tl::unexpected(text.error());
    *into = std::move(*text);
  }
  if (info.family != "parlour" && info.family != "diffv2m") {
    return bad("its family is '" + printable(info.family) + "'; parlour and diffv2m are known");
  }
  const auto config = object->find("config");
  if (config == object->end() || !config->is_object()) return bad("its photoplayer metadata has no 'config' object");
  info.config = config->dump();
  const auto provenance = object->find("provenance");
  if (provenance == object->end() || !(provenance->is_object() || provenance->is_string()) || provenance->empty() ||
      *provenance == "") {
    return bad("its photoplayer metadata has no 'provenance'");
  }
  info.provenance = provenance->dump();
  return info;
}

Result<std::string> header_sha256(std::string_view text, std::string_view header_digest) {
  const std::size_t at = text.find(header_digest);
  if (header_digest.size() != kZeroDigest.size() || at == std::string_view::npos) {
    return bad("its header_sha256 is not 64 digits");
  }
  Sha256 hash;
  hash.update(std::as_bytes(std::span(text.substr(0, at))));
  hash.update(std::as_bytes(std::span(kZeroDigest)));
  hash.update(std::as_bytes(std::span(text.substr(at + kZeroDigest.size()))));
  return hash.finish_hex();
}

Result<SafetensorsHeader> parse_structure(std::span<const std::byte> file, ForeignTypes foreign) {
  if (file.size() < kLengthBytes + 2) {
    return bad("it has " + std::to_string(file.size()) + " bytes, too few for a safetensors file");
  }
  std::uint64_t header_bytes = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    header_bytes |= std::to_integer<std::uint64_t>(file[i]) << (8 * i);
  }
  if (header_bytes < 2 || header_bytes > kMaxHeaderBytes || header_bytes > file.size() - kLengthBytes) {
    return bad("its header claims " + std::to_string(header_bytes) + " bytes in a file of " +
               std::to_string(file.size()) + "; it is not a safetensors file or it is cut off");
  }
  SafetensorsHeader header;
  header.text = {reinterpret_cast<const char*>(file.data() + kLengthBytes), static_cast<std::size_t>(header_bytes)};
  header.data = file.subspan(kLengthBytes + header.text.size());
  const auto object = parse_object(header.text, "its header");
  if (!object) return tl::unexpected(object.error());

  for (const auto& [name, entry] : object->items()) {
    if (name != "__metadata__") {
      if (name.empty()) return bad("a tensor has no name");
      auto tensor = parse_tensor(name, entry, header.data.size(), foreign);
      if (!tensor) return tl::unexpected(tensor.error());
      header.tensors.emplace(name, std::move(*tensor));
      continue;
    }
    if (!entry.is_object()) return bad("its __metadata__ is not an object");
    for (const auto& [key, value] : entry.items()) {
      if (!value.is_string()) return bad("its __metadata__ entry '" + printable(key) + "' is not a string");
      header.metadata.emplace(key, value.get<std::string>());
    }
  }
  if (const auto laid_out = check_layout(header.tensors, header.data.size()); !laid_out) {
    return tl::unexpected(laid_out.error());
  }
  return header;
}

Result<BundleHeader> parse_header(std::span<const std::byte> file) {
  auto structure = parse_structure(file, ForeignTypes::kRefused);
  if (!structure) return tl::unexpected(structure.error());
  BundleHeader header;
  static_cast<SafetensorsHeader&>(header) = std::move(*structure);
  for (const char* key : {"photoplayer", "sha256", "header_sha256"}) {
    if (!header.metadata.contains(key)) {
      return bad(std::string("its __metadata__ has no '") + key +
                 "'; it is a safetensors file but not a Photoplayer bundle");
    }
  }
  auto info = parse_info(header.metadata.find("photoplayer")->second);
  if (!info) return tl::unexpected(info.error());
  header.info = std::move(*info);
  return header;
}

}  // namespace photoplayer::model::detail
