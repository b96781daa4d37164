// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/core/provenance.h"

#include "commit.h"

namespace osteocalc {

std::string_view version() noexcept {
  return OSTEOCALC_VERSION;
}

std::string_view commit() noexcept {
  return OSTEOCALC_COMMIT;
}

} // namespace osteocalc
