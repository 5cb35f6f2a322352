#include "proto/values/attribution.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "proto/values/apportion.h"

namespace mesolys {
namespace {

// A payer in Unix seconds. Among those valid at one second the first in this order pays; the number
// decides between grants that end together, so that the order of the input never does.
struct Claim {
  int64_t end = 0;
  int64_t grant = 0;
  int64_t start = 0;

  explicit Claim(const Payer& payer)
      : end(absl::ToUnixSeconds(payer.period.end)),
        grant(payer.grant),
        start(absl::ToUnixSeconds(payer.period.start)) {}

  bool IsEmpty() const { return start >= end; }
  bool PaysBefore(const Claim& other) const {
    return std::pair(end, grant) < std::pair(other.end, other.grant);
  }
};

struct Piece {
  int64_t grant = 0;
  int64_t end = 0;
};

// Who pays from `second` on, and until when at most.
Piece PieceFrom(const std::vector<Payer>& payers, int64_t second, int64_t span_end) {
  const Payer* best = nullptr;
  for (const Payer& payer : payers) {
    const Claim claim(payer);
    if (claim.start > second || claim.end <= second) continue;
    if (best == nullptr || claim.PaysBefore(Claim(*best))) best = &payer;
  }
  Piece piece;
  piece.end = span_end;
  if (best != nullptr) {
    piece.grant = best->grant;
    piece.end = std::min(span_end, Claim(*best).end);
  }
  for (const Payer& payer : payers) {
    const Claim claim(payer);
    if (claim.start <= second || claim.start >= piece.end || claim.IsEmpty()) continue;
    if (best == nullptr || claim.PaysBefore(Claim(*best))) piece.end = claim.start;
  }
  return piece;
}

// Turns seconds held into seconds charged, in the order of time.
void Scale(int64_t charged_seconds, std::vector<ChargedSeconds>* pieces) {
  std::vector<int64_t> held;
  held.reserve(pieces->size());
  for (const ChargedSeconds& piece : *pieces) held.push_back(piece.seconds);
  const std::vector<int64_t> charged = Apportion(charged_seconds, held);
  for (size_t i = 0; i < charged.size(); ++i) (*pieces)[i].seconds = charged[i];
}

// One entry per grant, none of 0 seconds, by grant.
void Gather(std::vector<ChargedSeconds>* pieces) {
  std::sort(pieces->begin(), pieces->end(),
            [](const ChargedSeconds& a, const ChargedSeconds& b) { return a.grant < b.grant; });
  size_t kept = 0;
  for (const ChargedSeconds piece : *pieces) {
    if (piece.seconds == 0) continue;
    if (kept > 0 && (*pieces)[kept - 1].grant == piece.grant) {
      (*pieces)[kept - 1].seconds += piece.seconds;
    } else {
      (*pieces)[kept++] = piece;
    }
  }
  pieces->resize(kept);
}

}  // namespace

std::vector<ChargedSeconds> Attribute(const std::vector<Payer>& payers, const Period& span,
                                      int64_t charged_seconds) {
  const int64_t held_seconds = span.Seconds();
  if (charged_seconds < 0 || charged_seconds > held_seconds) std::abort();
  if (charged_seconds == 0) return {};

  const int64_t start = absl::ToUnixSeconds(span.start);
  const int64_t end = absl::ToUnixSeconds(span.end);
  std::vector<ChargedSeconds> pieces;
  for (int64_t second = start; second < end;) {
    const Piece piece = PieceFrom(payers, second, end);
    pieces.push_back({piece.grant, piece.end - second});
    second = piece.end;
  }
  // Nearly every job: one grant, or none, for all of it.
  if (pieces.size() == 1) {
    pieces[0].seconds = charged_seconds;
    return pieces;
  }
  if (charged_seconds < held_seconds) Scale(charged_seconds, &pieces);
  Gather(&pieces);
  return pieces;
}

}  // namespace mesolys
