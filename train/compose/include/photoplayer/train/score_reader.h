// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Turns real scores (Standard MIDI Files) into pieces: quantised, cut where key or metre change, moved to a
/// tonic of C, spread over the five layers and labelled with a chord per beat. Files come from outside, so
/// every byte may be hostile: the answer is then an Error, never a crash and never more memory than the
/// file's size deserves. Any thread. Kept true by tests/unit/compose/score_reader_test.cpp.
#include <photoplayer/stream/result.h>
#include <photoplayer/train/piece.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace photoplayer::train {

enum class ScoreKind {
  kLieder,       ///< voice and piano: channel 0 sings, the others accompany
  kGeneralMidi,  ///< sequenced band or orchestra: layers by General MIDI program, drums on channel 10
};

/// No piece at all (an empty vector) is a success: the score is sound but does not fit the grid.
/// Caller: any. May block on the disk.
[[nodiscard]] Result<std::vector<Piece>> read_score(const std::filesystem::path& path, ScoreKind kind);

/// The same from memory; `name` goes into Piece::source. Caller: any.
[[nodiscard]] Result<std::vector<Piece>> read_score_bytes(std::span<const std::uint8_t> bytes, const std::string& name,
                                                          ScoreKind kind);

}  // namespace photoplayer::train
