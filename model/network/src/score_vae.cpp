// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/network/score_vae.h>

namespace photoplayer::network {

ScoreVaeImpl::ScoreVaeImpl(const ScoreVaeConfig& config) {
  std::vector<std::int64_t> order;
  std::int64_t latent_dims = 0;
  for (std::size_t i = 0; i < config.parts.size(); ++i) {
    const auto& part = config.parts[i];
    const std::string prefix = config.parts.size() > 1 ? "part" + std::to_string(i) + "_" : "";
    const auto linear = [&](const char* name, std::int64_t in, std::int64_t out) {
      return register_module(prefix + name, torch::nn::Linear(in, out));
    };
    Part made;
    made.numbers = static_cast<std::int64_t>(part.columns.size());
    made.latent_dims = part.latent_dims;
    made.enc_in = linear("enc_in", made.numbers, part.hidden);
    made.enc_mid = linear("enc_mid", part.hidden, part.hidden);
    made.enc_out = linear("enc_out", part.hidden, 2 * part.latent_dims);
    made.dec_in = linear("dec_in", part.latent_dims, part.hidden);
    made.dec_mid = linear("dec_mid", part.hidden, part.hidden);
    made.dec_out = linear("dec_out", part.hidden, made.numbers);
    torch::NoGradGuard guard;
    made.dec_out->bias.fill_(-4.0);  // almost all of a roll is empty
    parts_.push_back(made);
    order.insert(order.end(), part.columns.begin(), part.columns.end());
    latent_dims += part.latent_dims;
  }
  by_part_ = torch::tensor(order, torch::kLong);
  by_column_ = by_part_.argsort();
  latent_mean = register_buffer("latent_mean", torch::zeros({latent_dims}));
  latent_std = register_buffer("latent_std", torch::ones({latent_dims}));
}

std::pair<torch::Tensor, torch::Tensor> ScoreVaeImpl::encode(const torch::Tensor& beats) {
  const auto sorted = beats.index_select(-1, by_part_.to(beats.device()));
  std::vector<torch::Tensor> means, log_variances;
  std::int64_t at = 0;
  for (auto& part : parts_) {
    auto h = torch::gelu(part.enc_in(sorted.narrow(-1, at, part.numbers)));
    h = h + torch::gelu(part.enc_mid(h));
    const auto out = part.enc_out(h);
    means.push_back(out.narrow(-1, 0, part.latent_dims));
    log_variances.push_back(out.narrow(-1, part.latent_dims, part.latent_dims).clamp(-12.0, 4.0));
    at += part.numbers;
  }
  return {torch::cat(means, -1), torch::cat(log_variances, -1)};
}

torch::Tensor ScoreVaeImpl::decode(const torch::Tensor& latent) {
  std::vector<torch::Tensor> logits;
  std::int64_t at = 0;
  for (auto& part : parts_) {
    auto h = torch::gelu(part.dec_in(latent.narrow(-1, at, part.latent_dims)));
    h = h + torch::gelu(part.dec_mid(h));
    logits.push_back(part.dec_out(h));
    at += part.latent_dims;
  }
  return torch::cat(logits, -1).index_select(-1, by_column_.to(latent.device()));
}

}  // namespace photoplayer::network
