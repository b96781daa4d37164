// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/model.h"

#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

TEST(Model, TermsAreFoundByName) {
  Model model;
  model.terms = {{"(Intercept)", 1}, {"age", 2}};
  EXPECT_EQ(term(model, "age").estimate, 2);
  EXPECT_THROW((void)term(model, "bmi"), TableError);
}

TEST(Term, CoversZeroIncludesTheEndsAndTheUnknown) {
  EXPECT_TRUE(covers_zero({"x", -1, {}, {}, {}, -2.0, 0.0}));
  EXPECT_TRUE(covers_zero({"x", 1, {}, {}, {}, 0.0, 2.0}));
  EXPECT_FALSE(covers_zero({"x", -1, {}, {}, {}, -2.0, -0.1}));
  EXPECT_FALSE(covers_zero({"x", 1, {}, {}, {}, 0.1, 2.0}));
  EXPECT_TRUE(covers_zero({"x", 1}));
}

} // namespace
} // namespace osteocalc::cohort
