// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/core/contract.h"

#include <gtest/gtest.h>

namespace osteocalc {
namespace {

TEST(Contract, AViolationNamesItsConditionAndPlace) {
  try {
    contract_failed("precondition", "a < b", "here.cpp", 7);
    FAIL() << "contract_failed returned";
  } catch (const ContractViolation& violation) {
    EXPECT_STREQ(violation.what(), "precondition (a < b) does not hold at here.cpp:7");
  }
}

TEST(Contract, IsCheckedInDebugBuildsOnly) {
#ifdef NDEBUG
  EXPECT_NO_THROW(OSTEOCALC_EXPECT(false));
  EXPECT_NO_THROW(OSTEOCALC_ENSURE(false));
#else
  EXPECT_THROW(OSTEOCALC_EXPECT(false), ContractViolation);
  EXPECT_THROW(OSTEOCALC_ENSURE(false), ContractViolation);
#endif
  EXPECT_NO_THROW(OSTEOCALC_EXPECT(true));
}

} // namespace
} // namespace osteocalc
