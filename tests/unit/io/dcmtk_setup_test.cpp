// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dcmtk_setup.h"

#include "osteocalc/core/parallel.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcdict.h>

#include <gtest/gtest.h>

TEST(DcmtkSetup, MayBeCalledFromManyThreadsAtOnce) {
  osteocalc::parallel_for(64, {8}, [](std::size_t) { osteocalc::io::setup_dcmtk(); });
  EXPECT_TRUE(dcmDataDict.isDictionaryLoaded());
}
