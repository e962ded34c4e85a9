// SPDX-License-Identifier: Apache-2.0
#include "import_options.h"

namespace photoplayer::tools {
namespace {

model::DType storage_of(const std::string& text) {
  if (text == "fp32") return model::DType::kF32;
  return text == "fp16" ? model::DType::kF16 : model::DType::kBF16;
}

}  // namespace

CLI::App* add_import(CLI::App& app, ImportTexts& texts) {
  CLI::App* import = app.add_subcommand("import", "Makes a bundle from published weights");
  texts.storage = "bf16";
  texts.compat = "auto";
  import->add_option("--diffv2m", texts.checkpoint, "The checkpoint of Diff-V2M: model_odf.ckpt or .safetensors");
  import->add_option("--clip", texts.clip, "OpenAI's ViT-B-32.pt, or the same weights as .safetensors");
  import->add_option("--vae", texts.autoencoder, "The autoencoder of Stable Audio Open, if it is in its own file");
  import->add_option("--config", texts.config, "The authors' model_config_odf.json: checked against the weights");
  import->add_option("--weights", texts.weights, "online (default, as the authors sample) or ema")
      ->check(CLI::IsMember({"online", "ema"}));
  import->add_option("--compat", texts.compat, "The reading of the network: released, paper, or auto: by the weights")
      ->check(CLI::IsMember({"auto", "released", "paper"}));
  import->add_option("--random-like", texts.random_like, "No weights at hand: random ones of the shapes of diffv2m")
      ->check(CLI::IsMember({"diffv2m"}));
  import->add_flag("--toy", texts.toy, "With --random-like: small");
  import->add_option("--seed", texts.seed, "With --random-like: same seed, same weights")
      ->check([](const std::string& text) {
        return std::string(text.find('-') == std::string::npos ? "" : "a seed is not negative");
});
import->add_option("--dtype", texts.storage, "Of matrices: bf16 (default), fp16 or fp32; vectors stay fp32")
    ->check(CLI::IsMember({"fp32", "bf16", "fp16"}));
import->add_option("-o,--output", texts.output, "The bundle")->required();
return import;
}  // namespace photoplayer::tools

Result<ImportOptions> finish_import(const ImportTexts& texts) {
  if (texts.checkpoint.empty() == texts.random_like.empty()) {
    return fail(ErrorCode::kUsage, "import needs --diffv2m with --clip, or --random-like diffv2m");
  }
  if (!texts.random_like.empty()) {
    if (!texts.clip.empty() || !texts.autoencoder.empty() || !texts.config.empty() || !texts.weights.empty()) {
      return fail(ErrorCode::kUsage, "--random-like reads no weights: leave out --clip, --vae, --config and --weights");
    }
    const auto compat = texts.compat == "paper" ? model::Compat::kPaper : model::Compat::kReleased;
    return model::RandomRequest{texts.output, texts.toy, texts.seed, compat, storage_of(texts.storage)};
  }
  if (texts.clip.empty()) return fail(ErrorCode::kUsage, "--diffv2m needs CLIP as well: --clip ViT-B-32.pt");
  if (texts.toy) return fail(ErrorCode::kUsage, "--toy belongs to --random-like");
  model::ImportRequest request;
  request.checkpoint = texts.checkpoint;
  request.clip = texts.clip;
  request.autoencoder = texts.autoencoder;
  request.config = texts.config;
  request.output = texts.output;
  if (!texts.weights.empty()) {
    request.weights = texts.weights == "ema" ? model::WeightChoice::kEma : model::WeightChoice::kOnline;
  }
  if (texts.compat != "auto") {
    request.compat = texts.compat == "paper" ? model::Compat::kPaper : model::Compat::kReleased;
  }
  request.storage = storage_of(texts.storage);
  return request;
}

}  // namespace photoplayer::tools
