// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/svg.h"

#include <gtest/gtest.h>

namespace osteocalc::report {
namespace {

using Values = std::vector<double>;

TEST(EscapeXml, LeavesNoMarkup) {
  EXPECT_EQ(escape_xml("<a b='c' & \"d\">"), "&lt;a b=&#39;c&#39; &amp; &quot;d&quot;&gt;");
}

TEST(NiceTicks, AreRoundAndInside) {
  EXPECT_EQ(nice_ticks(0, 10, 5), (Values{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(nice_ticks(-0.9, 1.1, 4), (Values{-0.5, 0, 0.5, 1}));
  EXPECT_EQ(nice_ticks(57, 243, 4), (Values{100, 150, 200}));
  EXPECT_EQ(tick_label(nice_ticks(-0.32, 0.02, 5).front()), "-0.3");
}

TEST(NiceTicks, AreNeitherFewNorManyAtAnyScale) {
  for (double span = 1e-6; span < 1e7; span *= 1.37) {
    const Values ticks = nice_ticks(-0.3 * span, 0.7 * span, 5);
    EXPECT_GE(ticks.size(), 3U) << span;
    EXPECT_LE(ticks.size(), 9U) << span;
  }
}

TEST(Scale, MapsEndsToEndsAndMayRunDownwards) {
  const Scale y{10, 20, 400, 40};
  EXPECT_EQ(y(10), 400);
  EXPECT_EQ(y(20), 40);
  EXPECT_EQ(y(15), 220);
}

TEST(Svg, NamesItselfAndDrawsWhatItIsTold) {
  Svg svg("fig", 100, 50, "A & B", "d");
  svg.line(0, 0.04, 10, 5, {.dashes = "4 2"});
  svg.circle(1, 2, 3, color::blue, 0.5);
  svg.square(10, 10, 2, color::green);
  svg.text(5, 5, "<x>", {.anchor = Anchor::End, .turn_deg = -90});
  const std::string text = svg.str();
  for (const char* part :
       {"viewBox=\"0 0 100 50\"", "<title id=\"fig-title\">A &amp; B</title>", "aria-labelledby=\"fig-title fig-desc\"",
        "<line x1=\"0\" y1=\"0\" x2=\"10\" y2=\"5\"", "stroke-dasharray=\"4 2\"", "fill-opacity=\"0.5\"",
        "<rect x=\"8\" y=\"8\" width=\"4\" height=\"4\"", "text-anchor=\"end\"", "rotate(-90 5 5)", "&lt;x&gt;",
        "</svg>"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

} // namespace
} // namespace osteocalc::report
