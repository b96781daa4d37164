// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace osteocalc {

[[nodiscard]] std::string_view version() noexcept; ///< e.g. "0.1.0"
[[nodiscard]] std::string_view commit() noexcept;  ///< 12 digits, or "unknown" outside a checkout

} // namespace osteocalc
