// SPDX-License-Identifier: Apache-2.0
#include "torch_file.h"

#include "bundle_header.h"
#include "pickle.h"
#include "zip_archive.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace photoplayer::model::detail {
namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kMaxPathBytes = 512;  // a hostile nesting must not multiply its own names
constexpr std::size_t kMaxAxes = 8;

tl::unexpected<Error> bad(std::string reason) {
  return fail(ErrorCode::kBadInput, std::move(reason));
}

SourceType storage_type(std::string_view name) {
  static constexpr std::pair<std::string_view, SourceType> kTypes[] = {
      {"FloatStorage", SourceType::kF32}, {"DoubleStorage", SourceType::kF64},    {"HalfStorage", SourceType::kF16},
      {"LongStorage", SourceType::kI64},  {"BFloat16Storage", SourceType::kBF16}, {"IntStorage", SourceType::kI32},
      {"ShortStorage", SourceType::kI16}, {"CharStorage", SourceType::kI8},       {"ByteStorage", SourceType::kU8},
      {"BoolStorage", SourceType::kBool}};
  for (const auto& [known, type] : kTypes) {
    if (name == known) return type;
  }
  return SourceType::kOther;
}

/// `torch.float32` and its like, which stand beside an untyped storage.
SourceType scalar_type(std::string_view name) {
  static constexpr std::pair<std::string_view, SourceType> kTypes[] = {
      {"float32", SourceType::kF32},   {"float64", SourceType::kF64}, {"float16", SourceType::kF16},
      {"bfloat16", SourceType::kBF16}, {"int64", SourceType::kI64},   {"int32", SourceType::kI32},
      {"int16", SourceType::kI16},     {"int8", SourceType::kI8},     {"uint8", SourceType::kU8},
      {"bool", SourceType::kBool}};
  for (const auto& [known, type] : kTypes) {
    if (name == known) return type;
  }
  return SourceType::kOther;
}

/// Gives a meaning to the few values that describe tensors, and to no others.
class TorchPickle {
 public:
  TorchPickle(const Pickle& pickle, const ZipArchive& archive, std::string folder)
      : pickle_(pickle), archive_(archive), folder_(std::move(folder)) {}

  Result<std::map<std::string, SourceTensor>> tensors() {
    std::vector<std::pair<PickleId, std::string>> open = {{state_dict(), ""}};
    std::vector<bool> seen(pickle_.values.size(), false);  // shared and cyclic containers count once
    while (!open.empty()) {
      const auto [id, path] = std::move(open.back());
      open.pop_back();
      const auto tensor = tensor_at(id, path);
      if (!tensor) return tl::unexpected(tensor.error());
      if (*tensor) {
        tensors_.emplace(path, **tensor);
        continue;
      }
      if (seen[id]) continue;
      seen[id] = true;
      for (const auto& [key, value] : members(id)) {
        std::string below = path.empty() ? std::string(key) : path + "." + std::string(key);
        if (below.size() > kMaxPathBytes) return bad("a name in it is longer than 512 bytes");
        open.emplace_back(value, std::move(below));
      }
    }
    return std::move(tensors_);
  }

 private:
  [[nodiscard]] const PickleValue& at(PickleId id) const { return pickle_.values[id]; }

  [[nodiscard]] bool is_global(PickleId id, std::string_view module, std::string_view name) const {
    return id != kNoPickle && at(id).kind == Kind::kGlobal && at(id).text == module && at(id).name == name;
  }

  /// Text keys of a dictionary, or attributes of an object: with an ordered dictionary its entries alone, because its
  /// attributes (`_metadata`) are not weights.
  [[nodiscard]] std::vector<std::pair<std::string_view, PickleId>> members(PickleId id) const {
    std::vector<std::pair<std::string_view, PickleId>> found;
    const auto add = [&](const PickleValue& holder) {
      for (std::size_t i = 0; i + 1 < holder.items.size(); i += 2) {
        if (at(holder.items[i]).kind == Kind::kText) found.emplace_back(at(holder.items[i]).text, holder.items[i + 1]);
      }
    };
    const PickleValue& value = at(id);
    if (value.kind != Kind::kDict && value.kind != Kind::kObject) return found;
    add(value);
    const bool attributes = value.kind == Kind::kObject && value.state != kNoPickle &&
                            !is_global(value.callable, "collections", "OrderedDict");
    if (attributes && at(value.state).kind == Kind::kDict) add(at(value.state));
    return found;
  }

  [[nodiscard]] PickleId state_dict() const {
    for (const auto& [key, value] : members(pickle_.root)) {
      if (key == "state_dict" && !members(value).empty()) return value;
    }
    return pickle_.root;
  }

  /// The tensor that this value rebuilds, if it is one.
  Result<std::optional<SourceTensor>> tensor_at(PickleId id, const std::string& path) const {
    const PickleValue* value = &at(id);
    PickleId callable = value->callable, arguments = value->arguments;
    // A parameter wraps a tensor, a tensor with attributes wraps the function that rebuilds it; a few levels at most.
    for (int level = 0; level < 4; ++level) {
      if (value->kind != Kind::kObject || arguments == kNoPickle || at(arguments).kind != Kind::kTuple) return none();
      const std::vector<PickleId>& given = at(arguments).items;
      if (is_global(callable, "torch._tensor", "_rebuild_from_type_v2") && given.size() >= 3) {
        callable = given[0];
        arguments = given[2];
      } else if ((is_global(callable, "torch._utils", "_rebuild_parameter") ||
                  is_global(callable, "torch._utils", "_rebuild_parameter_with_state")) &&
                 !given.empty()) {
        value = &at(given[0]);
        callable = value->callable;
        arguments = value->arguments;
      } else {
        break;
      }
    }
    const bool typed = is_global(callable, "torch._utils", "_rebuild_tensor_v2") ||
                       is_global(callable, "torch._utils", "_rebuild_tensor");
    const bool untyped = is_global(callable, "torch._utils", "_rebuild_tensor_v3");
    if ((!typed && !untyped) || arguments == kNoPickle || at(arguments).kind != Kind::kTuple) return none();
    auto tensor = rebuild(at(arguments).items, untyped);
    if (!tensor) return bad("its tensor '" + printable(path) + "': " + tensor.error().message);
    return std::optional(std::move(*tensor));
  }

  static Result<std::optional<SourceTensor>> none() { return std::optional<SourceTensor>(); }

  Result<SourceTensor> rebuild(const std::vector<PickleId>& given, bool untyped) const {
    if (given.size() < (untyped ? 7U : 4U)) return bad("its description is incomplete");
    const PickleValue& reference = at(given[0]);
    if (reference.kind != Kind::kPersistent || reference.items.empty()) return bad("it has no storage");
    const PickleValue& storage = at(reference.items[0]);
    if (storage.kind != Kind::kTuple || storage.items.size() < 5 || at(storage.items[1]).kind != Kind::kGlobal ||
        at(storage.items[2]).kind != Kind::kText) {
      return bad("its storage is not described as torch does");
    }
    SourceTensor tensor;
    tensor.type = storage_type(at(storage.items[1]).name);
    if (untyped) tensor.type = at(given[6]).kind == Kind::kGlobal ? scalar_type(at(given[6]).name) : SourceType::kOther;
    const auto shape = integers(given[2]), strides = integers(given[3]);
    if (!shape || !strides || shape->size() != strides->size() || shape->size() > kMaxAxes) {
      return bad("its shape and strides do not fit together");
    }
    tensor.shape = *shape;
    tensor.strides = *strides;
    if (tensor.type == SourceType::kOther) return tensor;  // only an error if somebody needs it
    const auto bytes = archive_.find(folder_ + "data/" + std::string(at(storage.items[2]).text));
    if (!bytes) return tl::unexpected(bytes.error());
    const auto begin = first_byte(tensor, at(given[1]), bytes->size());
    if (!begin) return bad("it reaches outside its storage of " + std::to_string(bytes->size()) + " bytes");
    tensor.bytes = bytes->subspan(*begin);
    return tensor;
  }

  [[nodiscard]] std::optional<std::vector<std::int64_t>> integers(PickleId id) const {
    if (at(id).kind != Kind::kTuple && at(id).kind != Kind::kList) return std::nullopt;
    std::vector<std::int64_t> values;
    for (const PickleId item : at(id).items) {
      if (at(item).kind != Kind::kInt || at(item).integer < 0) return std::nullopt;
      values.push_back(at(item).integer);
    }
    return values;
  }

  /// Of the tensor's first element, if all its elements lie inside.
  static std::optional<std::size_t> first_byte(const SourceTensor& tensor, const PickleValue& offset,
                                               std::size_t storage_bytes) {
    if (offset.kind != Kind::kInt || offset.integer < 0) return std::nullopt;
    const std::size_t width = size_bytes(tensor.type);
    const auto limit = static_cast<std::int64_t>(storage_bytes / width);
    std::int64_t last = offset.integer, count = 1;
    if (last > limit) return std::nullopt;
    for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
      std::int64_t reach = 0;
      const std::int64_t extent = tensor.shape[axis];
      if (__builtin_mul_overflow(count, extent, &count)) return std::nullopt;
      if (extent > 0 && (__builtin_mul_overflow(extent - 1, tensor.strides[axis], &reach) ||
                         __builtin_add_overflow(last, reach, &last))) {
        return std::nullopt;
      }
    }
    if (count > 0 && last >= limit) return std::nullopt;
    return static_cast<std::size_t>(offset.integer) * width;
  }

  const Pickle& pickle_;
  const ZipArchive& archive_;
  std::string folder_;
  std::map<std::string, SourceTensor> tensors_;
};

}  // namespace

Result<std::map<std::string, SourceTensor>> read_torch_file(std::span<const std::byte> file) {
  const auto archive = ZipArchive::open(file);
  if (!archive) return tl::unexpected(archive.error());
  constexpr std::string_view kPickle = "data.pkl";
  const std::string_view name = archive->has(kPickle) ? kPickle : archive->name_ending_in("/data.pkl");
  if (name.empty()) return bad("it is a zip file without a data.pkl, so not one that torch wrote");
  const std::string folder(name.substr(0, name.size() - kPickle.size()));
  if (archive->has(folder + "byteorder")) {
    const auto order = archive->find(folder + "byteorder");
    if (!order) return tl::unexpected(order.error());
    const std::string_view text(reinterpret_cast<const char*>(order->data()), order->size());
    if (text != "little") return bad("its numbers are in the byte order '" + printable(text) + "', not little");
  }
  const auto bytes = archive->find(name);
  if (!bytes) return tl::unexpected(bytes.error());
  const auto pickle = read_pickle(*bytes);
  if (!pickle) return tl::unexpected(pickle.error());
  return TorchPickle(*pickle, *archive, folder).tensors();
}

}  // namespace photoplayer::model::detail
