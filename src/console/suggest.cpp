#include "console/suggest.hpp"

#include <algorithm>
#include <cctype>

namespace messenger::inline v0::console {
namespace {

/// Longer input is not a command; this bounds the work.
constexpr std::size_t longestTyped = 64;

std::string lowered(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// The number of insertions, deletions, replacements and swaps of neighbours between the two.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

}  // namespace

std::string nearest(std::string_view typed, const std::vector<std::string>& candidates) {
  if (typed.empty() || typed.size() > longestTyped) return {};
  const std::string wanted = lowered(typed);
  std::string best;
  std::size_t bestDistance = 1 + std::max<std::size_t>(1, wanted.size() / 4);
  bool tied = false;
  for (const std::string& each : candidates) {
    const std::size_t colon = each.find(':');
    std::size_t far = distance(wanted, each);
    if (colon != std::string::npos) far = std::min(far, distance(wanted, each.substr(colon + 1)) + 1);
    if (far > bestDistance) continue;
    tied = far == bestDistance && !best.empty();
    if (far < bestDistance || best.empty()) best = each;
    bestDistance = far;
  }
  return tied ? std::string{} : best;
}

}  // namespace messenger::console
