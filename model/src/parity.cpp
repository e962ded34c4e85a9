// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/model/parity.h>

#include "parity_kinds.h"

#include <algorithm>
#include <exception>
#include <functional>

namespace photoplayer::model {
namespace {

using detail::ParityFile;
using detail::Precision;
using detail::Recomputed;

struct Kind {
  const char* name;
  std::function<Result<Recomputed>(const ParityFile&, Precision)> recompute;
  bool has_bf16 = true;
};

std::optional<Kind> kind_of(const ParityFile& file) {
  if (file.has_any("weights.model.model.")) return Kind{"network", detail::recompute_network};
  if (file.has_any("weights.visual.")) return Kind{"clip_vit", detail::recompute_clip};
  if (file.has_any("weights.encoder.") || file.has_any("weights.decoder.")) {
    return Kind{"oobleck", detail::recompute_oobleck};
  }
  if (file.text("bins") || (file.has("in.0.rgb_hwc_u8_as_f32") && !file.has_any("weights."))) {
    return Kind{"rgb_uv_histogram",
                [](const ParityFile& pictures, Precision) { return detail::recompute_histogram(pictures); }, false};
  }
  return std::nullopt;
}

/// LibTorch's messages carry a backtrace of many lines.
std::string first_line(std::string text) {
  text.erase(std::min(text.find('\n'), text.size()));
  return text;
}

Result<Recomputed> guarded(const Kind& kind, const ParityFile& file, Precision precision) {
  try {
    torch::NoGradGuard guard;
    return kind.recompute(file, precision);
  } catch (const c10::Error& thrown) {
    return fail(ErrorCode::kBadInput, first_line(thrown.what_without_backtrace()));
  } catch (const std::exception& thrown) {
    return fail(ErrorCode::kBadInput, first_line(thrown.what()));
  }
}

double largest_difference(const torch::Tensor& actual, const torch::Tensor& expected) {
  if (expected.numel() == 0) return 0.0;
  return (actual.to(torch::kDouble) - expected).abs().max().item<double>();  // NaN wins over every number
}

ParityTensor compared(const std::string& name, const ParityFile& file, const Recomputed& fp32,
                      const Result<Recomputed>& bf16) {
  ParityTensor result;
  result.name = name;
  const auto found = fp32.find(name);
  const auto stored = file.number(name);
  if (!stored || found == fp32.end()) {
    result.fault = stored ? "not recomputed: no such tensor is known" : stored.error().message;
    return result;
  }
  const auto expected = stored->to(torch::kDouble);
  const torch::Tensor& actual = found->second;
  if (actual.sizes() != expected.sizes()) {
    const auto text = [](const torch::Tensor& x) {
      std::string shape = "[";
      for (const auto extent : x.sizes()) shape += (shape.size() > 1 ? ", " : "") + std::to_string(extent);
      return shape + "]";
    };
    result.fault = "has shape " + text(expected) + ", recomputed as " + text(actual);
    return result;
  }
  result.max_error = largest_difference(actual, expected);
  result.deviation = expected.numel() > 0 ? expected.std(/*unbiased=*/false).item<double>() : 0.0;
  const double scale = std::max(kLeastDeviation, result.deviation);
  result.relative = result.max_error / scale;
  if (!bf16) return result;
  if (const auto rounded = bf16->find(name); rounded != bf16->end()) {
    result.bf16_relative = largest_difference(rounded->second, expected) / scale;
  }
  return result;
}

}  // namespace

bool ParityReport::within() const {
  return !tensors.empty() && std::all_of(tensors.begin(), tensors.end(), [](const auto& t) { return t.within(); });
}

Result<ParityReport> check_parity(const std::filesystem::path& path) {
  auto opened = SafetensorsFile::open(path);
  if (!opened) return tl::unexpected(opened.error());
  const ParityFile file(std::make_shared<const SafetensorsFile>(std::move(*opened)));
  const auto bad = [&](const std::string& why) {
    return fail(ErrorCode::kBadInput, "parity file '" + path.string() + "': " + why);
  };
  const auto names = file.expected();
  if (names.empty()) return bad("nothing to compare, it has no tensor whose name begins with 'out.' or 'mid.'");
  const auto kind = kind_of(file);
  if (!kind) return bad("it holds no network, CLIP tower, Oobleck or pictures");
  const auto fp32 = guarded(*kind, file, Precision::kFp32);
  if (!fp32) return bad(fp32.error().message);
  const auto bf16 = kind->has_bf16 ? guarded(*kind, file, Precision::kBf16)
                                   : Result<Recomputed>(fail(ErrorCode::kInternal, "makes no sense"));
  ParityReport report;
  report.kind = kind->name;
  for (const auto& name : names) report.tensors.push_back(compared(name, file, *fp32, bf16));
  return report;
}

}  // namespace photoplayer::model
