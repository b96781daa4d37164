// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace osteocalc {

/// SHA-256 of bytes, as 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::span<const std::byte> bytes);
[[nodiscard]] std::string sha256_hex(std::string_view text);

/// SHA-256 of a file's content. \throw IoError when it cannot be read.
[[nodiscard]] std::string sha256_hex_of_file(const std::filesystem::path& file);

/// Keyed hash (HMAC-SHA-256) that stands for a person in every output: the same id and key give the same 16
/// hexadecimal digits, and without the key the id cannot be found by trying ids. \pre the key is not empty
[[nodiscard]] std::string pseudonym(std::string_view person_id, std::string_view key);

/// The key in `file`; made from the system's random source, mode 0600, when the file does not exist.
/// \throw IoError when it can be neither read nor made, or is empty.
[[nodiscard]] std::string load_or_create_key(const std::filesystem::path& file);

} // namespace osteocalc
