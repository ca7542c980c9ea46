// Longest common subsequence over the lines between the common head and tail; edits of a
// configuration leave that middle small.
#include "agent/ini/unified_diff.h"

#include <algorithm>
#include <vector>

namespace cutover::ini {
namespace {

constexpr std::size_t context_lines = 3;
constexpr std::size_t largest_table = 4'000'000;  // cells; beyond it the middle is one big change

using Lines = std::vector<std::string_view>;

Lines split(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t size = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

/// ' ' a line of both, '-' only of the old text, '+' only of the new.
struct Step {
  char mark;
  std::string_view line;
};

/// lengths[i][j]: of the longest common subsequence of left from i and right from j.
std::vector<std::vector<unsigned>> lengths_of(const Lines& left, const Lines& right) {
  std::vector<std::vector<unsigned>> lengths(left.size() + 1,
                                             std::vector<unsigned>(right.size() + 1, 0));
  for (std::size_t i = left.size(); i-- > 0;) {
    for (std::size_t j = right.size(); j-- > 0;) {
      lengths[i][j] = left[i] == right[j] ? lengths[i + 1][j + 1] + 1
                                          : std::max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  return lengths;
}

void append_middle(const Lines& left, const Lines& right, std::vector<Step>& steps) {
  std::size_t i = 0;
  std::size_t j = 0;
  if (left.size() * right.size() <= largest_table) {
    const auto lengths = lengths_of(left, right);
    while (i < left.size() && j < right.size()) {
      if (left[i] == right[j]) {
        steps.push_back({' ', left[i]});
        ++i, ++j;
      } else if (lengths[i + 1][j] >= lengths[i][j + 1]) {
        steps.push_back({'-', left[i++]});
      } else {
        steps.push_back({'+', right[j++]});
      }
    }
  }
  for (; i < left.size(); ++i) steps.push_back({'-', left[i]});
  for (; j < right.size(); ++j) steps.push_back({'+', right[j]});
}

std::vector<Step> steps_between(const Lines& left, const Lines& right) {
  const auto shorter = static_cast<std::ptrdiff_t>(std::min(left.size(), right.size()));
  const auto head =
      std::mismatch(left.begin(), left.begin() + shorter, right.begin()).first - left.begin();
  std::ptrdiff_t tail = 0;
  while (tail < shorter - head && *(left.end() - 1 - tail) == *(right.end() - 1 - tail)) ++tail;
  std::vector<Step> steps;
  for (auto it = left.begin(); it != left.begin() + head; ++it) steps.push_back({' ', *it});
  append_middle(Lines(left.begin() + head, left.end() - tail),
                Lines(right.begin() + head, right.end() - tail), steps);
  for (auto it = left.end() - tail; it != left.end(); ++it) steps.push_back({' ', *it});
  return steps;
}

/// Changes with fewer than two contexts of equal lines between them share a hunk.
std::vector<std::pair<std::size_t, std::size_t>> hunks_of(const std::vector<Step>& steps) {
  std::vector<std::pair<std::size_t, std::size_t>> hunks;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].mark == ' ') continue;
    const std::size_t begin = i < context_lines ? 0 : i - context_lines;
    const std::size_t end = std::min(steps.size(), i + 1 + context_lines);
    if (!hunks.empty() && begin <= hunks.back().second) {
      hunks.back().second = end;
    } else {
      hunks.emplace_back(begin, end);
    }
  }
  return hunks;
}

std::string visible(std::string_view line) {
  std::string text;
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_control = (byte < 0x20 && c != '\t') || byte == 0x7f;
    if (is_control) {
      text += {'^', static_cast<char>(byte ^ 0x40)};
    } else {
      text += c;
    }
  }
  return text;
}

std::string line_text(const Step& step) {
  const bool has_end = !step.line.empty() && step.line.back() == '\n';
  const std::string_view content = has_end ? step.line.substr(0, step.line.size() - 1) : step.line;
  const std::string text = step.mark + visible(content) + "\n";
  return has_end ? text : text + "\\ No newline at end of file\n";
}

/// "START,COUNT" as diff(1) writes it: a count of 1 is left out, of 0 starts one line earlier.
std::string range(std::size_t lines_before, std::size_t count) {
  if (count == 0) return std::to_string(lines_before) + ",0";
  const std::string start = std::to_string(lines_before + 1);
  return count == 1 ? start : start + "," + std::to_string(count);
}

std::size_t count_without(const std::vector<Step>& steps, std::size_t begin, std::size_t end,
                          char mark) {
  const auto first = steps.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto last = steps.begin() + static_cast<std::ptrdiff_t>(end);
  return static_cast<std::size_t>(
      std::count_if(first, last, [mark](const Step& step) { return step.mark != mark; }));
}

}  // namespace

std::string unified_diff(const std::string& path, std::string_view old_text,
                         std::string_view new_text) {
  if (old_text == new_text) return {};
  const auto steps = steps_between(split(old_text), split(new_text));
  std::string diff = "--- " + visible(path) + "\n+++ " + visible(path) + "\n";
  for (const auto& [begin, end] : hunks_of(steps)) {
    diff +=
        "@@ -" + range(count_without(steps, 0, begin, '+'), count_without(steps, begin, end, '+'));
    diff +=
        " +" + range(count_without(steps, 0, begin, '-'), count_without(steps, begin, end, '-'));
    diff += " @@\n";
    for (std::size_t i = begin; i < end; ++i) diff += line_text(steps[i]);
  }
  return diff;
}

}  // namespace cutover::ini
