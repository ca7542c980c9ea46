// Pages of checklist and runs: complete, escaped, and in need of nothing from elsewhere.
#include <gtest/gtest.h>

#include "controller/operation/checklist_page.h"
#include "controller/operation/pause_plot.h"
#include "controller/operation/run_page.h"

namespace cutover {
namespace {

OperationState a_state() {
  OperationState state;
  state.items.push_back({{"one", "First", "Do `this` & <that>"}, true, "2026-11-22", "a|b"});
  state.items.push_back({{"two", "Second", "Then this"}, false, "", ""});
  state.values.push_back({{"k", "Label", "e"}, "<v>|w"});
  return state;
}

std::vector<JournalEntry> a_run() {
  return {
      {"2026-11-22T10:00:00.000Z", "step began", "arm", "", "", {}},
      {"2026-11-22T10:00:01.000Z", "step ended", "arm", "done", "", 1.0},
      {"2026-11-22T10:00:02.000Z", "step began", "pause", "", "", {}},
      {"2026-11-22T10:00:02.001Z", "pause began", "", "", "", {}},
      {"2026-11-22T10:00:02.011Z", "step ended", "pause", "done", "", 0.011},
      {"2026-11-22T10:00:02.012Z", "step began", "decide", "", "", {}},
      {"2026-11-22T10:00:02.014Z", "step ended", "decide", "refused", "no <row>", 0.002},
      {"2026-11-22T10:00:02.041Z", "pause ended", "", "", "", 0.04},
      {"2026-11-22T10:00:02.050Z", "step began", "report", "", "", {}},
  };
}

void is_self_contained(const std::string& html) {
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_EQ(html.find("src="), std::string::npos);
  EXPECT_EQ(html.find("<link"), std::string::npos);
  EXPECT_NE(html.find("</html>"), std::string::npos);
}

TEST(ChecklistPage, MarkdownHasBoxesValuesAndNotes) {
  const auto text = checklist_markdown(a_state());
  for (const char* part : {"1 of 2 items", "| Label | <v>\\|w |", "## First",
                           "- [x] Do `this` & <that> (`one`)\n      2026-11-22: a|b", "- [ ] Then"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(ChecklistPage, HtmlIsEscapedAndNeedsNothingElse) {
  const auto html = checklist_html(a_state());
  is_self_contained(html);
  EXPECT_NE(html.find("<code>this</code> &amp; &lt;that&gt;"), std::string::npos) << html;
  EXPECT_EQ(html.find("<v>"), std::string::npos);
}

TEST(Timeline, BeginsWithTheStepThatPausesAndEndsWithTheLast) {
  const auto timeline = timeline_of(a_run());
  ASSERT_EQ(timeline.steps.size(), 2U);
  EXPECT_EQ(timeline.steps[0].name, "pause");
  EXPECT_NEAR(timeline.steps[0].begin, 0, 1e-6);
  EXPECT_NEAR(timeline.steps[1].end - timeline.steps[1].begin, 0.002, 1e-5);
  EXPECT_NEAR(timeline.pause_end - timeline.pause_begin, 0.04, 1e-6);
  EXPECT_GE(timeline.length, timeline.pause_end);
}

TEST(Timeline, WithoutEntriesThereIsNoPlot) {
  EXPECT_EQ(svg_of(timeline_of({})), "");
  EXPECT_EQ(svg_file_of(timeline_of({})), "");
}

TEST(Timeline, AsAFileOfItsOwnThePlotBringsItsColours) {
  const auto svg = svg_file_of(timeline_of(a_run()));
  EXPECT_TRUE(svg.starts_with("<svg")) << svg;
  EXPECT_LT(svg.find("--done:"), svg.find("var(--done)"));
}

TEST(RunPage, TellsEachStepOnceAndWhichDidNotEnd) {
  const JournalRun run{"r1", "cutover", "2026-11-22T10:00:00.000Z", {}, {}, 1, 0.04};
  const auto text = run_markdown(run, a_run());
  EXPECT_EQ(text.find("| step began | arm"), std::string::npos) << text;
  EXPECT_NE(text.find("| step ended | arm | done | 1.00 s"), std::string::npos) << text;
  EXPECT_NE(text.find("| step began | report | did not end"), std::string::npos) << text;
  EXPECT_NE(text.find("its process died"), std::string::npos);
  EXPECT_NE(text.find("40.0 ms"), std::string::npos);
  const auto html = run_html(run, a_run());
  is_self_contained(html);
  EXPECT_NE(html.find("no &lt;row&gt;"), std::string::npos);
  EXPECT_NE(html.find("<svg"), std::string::npos);
}

}  // namespace
}  // namespace cutover
