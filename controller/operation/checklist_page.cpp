#include "controller/operation/checklist_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "controller/operation/page.h"

namespace cutover {
namespace {

std::string summary(const OperationState& state) {
  const auto done = std::count_if(state.items.begin(), state.items.end(),
                                  [](const auto& one) { return one.done; });
  return fmt::format("{} of {} items are done.", done, state.items.size());
}

std::string note_of(const ItemState& one) {
  std::string text = one.at;
  if (!one.note.empty()) text += (text.empty() ? "" : ": ") + one.note;
  return text;
}

/// `code` between backquotes.
std::string html_of(const std::string& text) {
  std::string out;
  bool code = false;
  for (const char c : escape_html(text)) {
    if (c != '`') {
      out += c;
      continue;
    }
    out += code ? "</code>" : "<code>";
    code = !code;
  }
  return out;
}

}  // namespace

std::string checklist_markdown(const OperationState& state) {
  std::string text = "# Upgrade runbook\n\n" + summary(state) + "\n\n| Item | Value |\n|---|---|\n";
  for (const auto& one : state.values) {
    const auto example = one.value.example.empty() ? "" : "e.g. " + one.value.example;
    text += fmt::format("| {} | {} |\n", escape_cell(one.value.label),
                        escape_cell(one.text.empty() ? example : one.text));
  }
  std::string section;
  for (const auto& one : state.items) {
    if (one.item.section != section) {
      section = one.item.section;
      text += "\n## " + section + "\n\n";
    }
    text += fmt::format("- [{}] {} (`{}`)\n", one.done ? "x" : " ", one.item.text, one.item.id);
    if (const auto note = note_of(one); !note.empty()) text += "      " + note + "\n";
  }
  return text;
}

std::string checklist_html(const OperationState& state) {
  std::string body = "<h1>Upgrade runbook</h1>\n<p>" + summary(state) + "</p>\n<table>\n";
  for (const auto& one : state.values)
    body +=
        fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", escape_html(one.value.label),
                    one.text.empty() && !one.value.example.empty()
                        ? "<span class=\"note\">e.g. " + escape_html(one.value.example) + "</span>"
                        : escape_html(one.text));
  body += "</table>\n";
  std::string section;
  for (const auto& one : state.items) {
    if (one.item.section != section) {
      body += section.empty() ? "" : "</ul>\n";
      section = one.item.section;
      body += "<h2>" + escape_html(section) + "</h2>\n<ul>\n";
    }
    body += fmt::format("<li><span{}>{}</span> {} <code class=\"note\">{}</code>",
                        one.done ? " class=\"done\"" : "", one.done ? "☑" : "☐",
                        html_of(one.item.text), escape_html(one.item.id));
    if (const auto note = note_of(one); !note.empty())
      body += "<br><span class=\"note\">" + escape_html(note) + "</span>";
    body += "</li>\n";
  }
  return html_page("Upgrade runbook", body + "</ul>\n");
}

}  // namespace cutover
