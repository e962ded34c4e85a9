// SPDX-License-Identifier: Apache-2.0
#include "torch_writer.h"

#include "half.h"

#include <nlohmann/json.hpp>

#include <cstring>
#include <map>
#include <memory>

namespace photoplayer::model::test {
namespace {

template <typename Number>
void put(std::string& bytes, Number value) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  bytes.append(raw, sizeof value);
}

void put_number(std::string& bytes, std::uint64_t value, int width) {
  for (int i = 0; i < width; ++i) bytes.push_back(static_cast<char>((value >> (8 * i)) & 0xffU));
}

const char* storage_class(TestType type) {
  switch (type) {
    case TestType::kF32:
      return "FloatStorage";
    case TestType::kF64:
      return "DoubleStorage";
    case TestType::kF16:
      return "HalfStorage";
    case TestType::kBF16:
      return "BFloat16Storage";
    case TestType::kI64:
      return "LongStorage";
  }
  return "";
}

/// What Lightning leaves beside the weights, among it something that would run a program in Python.
void put_foreign(PickleWriter& pickle) {
  pickle.text("epoch").number(3).text("callbacks").op("}(");
  pickle.text("evil").global("os", "system").text("touch photoplayer-was-executed").op("\x85R");
  pickle.text("object").global("builtins", "eval").op(")\x81}(").text("attribute").number(70000).op("ub");
  pickle.text("list").op("](").op("NG").op(std::string_view("\x3f\xf0\0\0\0\0\0\0", 8)).op("\x88").op("e").op("u");
}

struct Module {
  std::map<std::string, std::unique_ptr<Module>> children;
  std::map<std::string, const TestTensor*> tensors;
};

}  // namespace

std::string stored_bytes(const TestTensor& tensor, TestType type) {
  std::string bytes;
  for (const float value : tensor.values) {
    if (type == TestType::kF32) put(bytes, value);
    if (type == TestType::kF64) put(bytes, static_cast<double>(value));
    if (type == TestType::kF16) put(bytes, detail::half_from_float(value));
    if (type == TestType::kBF16) put(bytes, detail::bfloat16_from_float(value));
    if (type == TestType::kI64) put(bytes, static_cast<std::int64_t>(value));
  }
  return bytes;
}

void ZipWriter::add(const std::string& name, const std::string& bytes, int method) {
  const std::uint64_t at = file_.size();
  const std::string padding(static_cast<std::size_t>((at + 30 + name.size()) % 8 + 4), 'Z');  // as PyTorch aligns
  const auto sizes = [&](std::string& to, std::uint64_t crc) {
    put_number(to, crc, 4);
    put_number(to, zip64_ ? 0xffffffffU : bytes.size(), 4);
    put_number(to, zip64_ ? 0xffffffffU : bytes.size(), 4);
    put_number(to, name.size(), 2);
  };
  put_number(file_, 0x04034b50, 4);
  put_number(file_, 0x2d, 2);
  put_number(file_, 0, 2);
  put_number(file_, static_cast<std::uint64_t>(method), 2);
  put_number(file_, 0, 4);
  sizes(file_, 0);
  put_number(file_, padding.size(), 2);
  file_ += name + padding + bytes;

  std::string extra;
  if (zip64_) {
    put_number(extra, 0x4242, 2);  // some other field first
    put_number(extra, 0, 2);
    put_number(extra, 1, 2);
    put_number(extra, 24, 2);
    for (const std::uint64_t value : {std::uint64_t{bytes.size()}, std::uint64_t{bytes.size()}, at}) {
      put_number(extra, value, 8);
    }
  }
  put_number(directory_, 0x02014b50, 4);
  put_number(directory_, 0x2d, 2);
  put_number(directory_, 0x2d, 2);
  put_number(directory_, 0, 2);
  put_number(directory_, static_cast<std::uint64_t>(method), 2);
  put_number(directory_, 0, 4);
  sizes(directory_, 0);
  put_number(directory_, extra.size(), 2);
  directory_.append(2 + 2 + 2 + 4, '\0');
  put_number(directory_, zip64_ ? 0xffffffffU : at, 4);
  directory_ += name + extra;
  ++entries_;
}

std::string ZipWriter::finish() const {
  std::string whole = file_ + directory_;
  const std::uint64_t directory_at = file_.size();
  if (zip64_) {
    const std::uint64_t end64 = whole.size();
    put_number(whole, 0x06064b50, 4);
    put_number(whole, 44, 8);
    put_number(whole, 0x2d002d, 4);
    put_number(whole, 0, 8);
    put_number(whole, entries_, 8);
    put_number(whole, entries_, 8);
    put_number(whole, directory_.size(), 8);
    put_number(whole, directory_at, 8);
    put_number(whole, 0x07064b50, 4);
    put_number(whole, 0, 4);
    put_number(whole, end64, 8);
    put_number(whole, 1, 4);
  }
  put_number(whole, 0x06054b50, 4);
  put_number(whole, 0, 4);
  put_number(whole, zip64_ ? 0xffffU : entries_, 2);
  put_number(whole, zip64_ ? 0xffffU : entries_, 2);
  put_number(whole, zip64_ ? 0xffffffffU : directory_.size(), 4);
  put_number(whole, zip64_ ? 0xffffffffU : directory_at, 4);
  put_number(whole, 0, 2);
  return whole;
}

PickleWriter& PickleWriter::text(std::string_view text) {
  bytes_ += 'X';
  put_number(bytes_, text.size(), 4);
  bytes_ += text;
  return *this;
}

PickleWriter& PickleWriter::number(std::int64_t value) {
  if (value >= 0 && value < 256) {
    bytes_ += 'K';
    put_number(bytes_, static_cast<std::uint64_t>(value), 1);
  } else if (value >= 0 && value < 65536) {
    bytes_ += 'M';
    put_number(bytes_, static_cast<std::uint64_t>(value), 2);
  } else if (value == static_cast<std::int32_t>(value)) {
    bytes_ += 'J';
    put_number(bytes_, static_cast<std::uint64_t>(value), 4);
  } else {
    bytes_ += "\x8a\x08";
    put_number(bytes_, static_cast<std::uint64_t>(value), 8);
  }
  return *this;
}

PickleWriter& PickleWriter::global(std::string_view module, std::string_view name) {
  bytes_.append("c").append(module).append("\n").append(name).append("\n");
  return *this;
}

PickleWriter& PickleWriter::numbers(const std::vector<std::int64_t>& values) {
  bytes_ += '(';
  for (const std::int64_t value : values) number(value);
  bytes_ += 't';
  return *this;
}

void put_tensor(PickleWriter& pickle, const std::vector<std::int64_t>& shape, const TensorPlace& place) {
  std::vector<std::int64_t> strides = place.strides;
  if (strides.empty()) {
    strides.assign(shape.size(), 1);
    for (std::size_t axis = shape.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * shape[axis];
  }
  pickle.global("torch._utils", "_rebuild_tensor_v2").op("((").text("storage").global("torch", place.storage_class);
  pickle.text(place.key).text("cpu").number(place.storage_elements).op("tQ").number(place.offset);
  pickle.numbers(shape).numbers(strides).op("\x89").global("collections", "OrderedDict").op(")RtR");
}

std::string torch_checkpoint(const NamedTensors& tensors, const CheckpointStyle& style) {
  ZipWriter zip(style.zip64);
  PickleWriter pickle;
  std::vector<std::string> storages;
  if (style.lightning) {
    pickle.op("}(");
    put_foreign(pickle);
    pickle.text("state_dict");
  }
  pickle.global("collections", "OrderedDict").op(")R(");
  for (const auto& [name, tensor] : tensors) {
    TestTensor stored = tensor;
    TensorPlace place;
    place.key = std::to_string(storages.size());
    place.storage_elements = static_cast<std::int64_t>(tensor.values.size());
    place.storage_class = storage_class(style.type);
    if (style.transposed && tensor.shape.size() == 2) {
      const auto rows = static_cast<std::size_t>(tensor.shape[0]), columns = static_cast<std::size_t>(tensor.shape[1]);
      for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t c = 0; c < columns; ++c) stored.values[c * rows + r] = tensor.values[r * columns + c];
      }
      place.strides = {1, tensor.shape[0]};
    }
    storages.push_back(stored_bytes(stored, style.type));
    pickle.text(name);
    if (style.parameters) pickle.global("torch._utils", "_rebuild_parameter").op("(");
    put_tensor(pickle, tensor.shape, place);
    if (style.parameters) pickle.op("\x88").global("collections", "OrderedDict").op(")RtR");
  }
  // The ordered dictionary's attribute, which holds no weights.
  pickle.op("u}(").text("_metadata").op("}(").text("version").number(1).op("uub");
  if (style.lightning) pickle.op("u");
  zip.add(style.folder + "/data.pkl", pickle.finish());
  zip.add(style.folder + "/byteorder", "little");
  for (std::size_t i = 0; i < storages.size(); ++i) zip.add(style.folder + "/data/" + std::to_string(i), storages[i]);
  zip.add(style.folder + "/version", "3\n");
  return zip.finish();
}

std::string torch_script(const NamedTensors& tensors, TestType type) {
  Module root;
  for (const auto& [name, tensor] : tensors) {
    Module* at = &root;
    std::size_t begin = 0;
    for (std::size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', begin)) {
      auto& child = at->children[name.substr(begin, dot - begin)];
      if (!child) child = std::make_unique<Module>();
      at = child.get();
      begin = dot + 1;
    }
    at->tensors[name.substr(begin)] = &tensor;
  }
  ZipWriter zip;
  PickleWriter pickle;
  std::vector<std::string> storages;
  const auto put_module = [&](const auto& self, const Module& module) -> void {
    pickle.global("__torch__.model", "Module").op(")\x81}(").text("training").op("\x89");
    for (const auto& [name, tensor] : module.tensors) {
      TensorPlace place;
      place.key = std::to_string(storages.size());
      place.storage_elements = static_cast<std::int64_t>(tensor->values.size());
      place.storage_class = storage_class(type);
      storages.push_back(stored_bytes(*tensor, type));
      pickle.text(name);
      put_tensor(pickle, tensor->shape, place);
    }
    for (const auto& [name, child] : module.children) {
      pickle.text(name);
      self(self, *child);
    }
    pickle.op("ub");
  };
  put_module(put_module, root);
  zip.add("ViT/code/__torch__/model.py", "class Module(Module):\n");
  zip.add("ViT/constants.pkl", "\x80\x02).");
  zip.add("ViT/data.pkl", pickle.finish());
  for (std::size_t i = 0; i < storages.size(); ++i) zip.add("ViT/data/" + std::to_string(i), storages[i]);
  return zip.finish();
}

std::string safetensors(const NamedTensors& tensors) {
  nlohmann::json header = nlohmann::json::object();
  std::string data;
  for (const auto& [name, tensor] : tensors) {
    const std::string bytes = stored_bytes(tensor, TestType::kF32);
    header[name] = {
        {"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {data.size(), data.size() + bytes.size()}}};
    data += bytes;
  }
  std::string file;
  const std::string text = header.dump();
  put_number(file, text.size(), 8);
  return file + text + data;
}

}  // namespace photoplayer::model::test
