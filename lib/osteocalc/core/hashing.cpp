// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/core/hashing.h"

#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <unistd.h>
#include <vector>

namespace osteocalc {
namespace {

std::string to_hex(std::span<const unsigned char> bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const unsigned char byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 0xFU];
  }
  return text;
}

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
  void update(const void* data, std::size_t size) { EVP_DigestUpdate(context_.get(), data, size); }
  [[nodiscard]] std::string hex() {
    std::array<unsigned char, 32> digest{};
    EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
    return to_hex(digest);
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

/// Of several processes that start together, one makes the key and the others read it: the key is complete before it
/// gets its name, and a name that is taken is left alone.
void create_key(const std::filesystem::path& file) {
  std::array<unsigned char, 32> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1)
    throw IoError("the system gave no random bytes (a key for pseudonyms needs them) pass one with --key-file");
  const std::string key = to_hex(random);
  std::string unfinished = file.string() + ".XXXXXX";
  const int descriptor = ::mkstemp(unfinished.data()); // mode 0600
  if (descriptor < 0)
    throw IoError("cannot create the key file " + file.string() + ": " + std::strerror(errno) +
                  " (pseudonyms need a key) make the folder writable or pass --key-file");
  const bool written = ::write(descriptor, key.data(), key.size()) == static_cast<ssize_t>(key.size());
  const bool closed = ::close(descriptor) == 0;
  const bool named = written && closed && (::link(unfinished.c_str(), file.c_str()) == 0 || errno == EEXIST);
  const std::string reason = std::strerror(errno);
  ::unlink(unfinished.c_str());
  if (!named)
    throw IoError("cannot write the key file " + file.string() + ": " + reason);
}

} // namespace

std::string sha256_hex(std::span<const std::byte> bytes) {
  Sha256 hash;
  hash.update(bytes.data(), bytes.size());
  return hash.hex();
}

std::string sha256_hex(std::string_view text) {
  return sha256_hex(std::as_bytes(std::span(text.data(), text.size())));
}

std::string sha256_hex_of_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    throw IoError("cannot read " + file.string() + " (its hash is part of the result) check the path and permissions");
  Sha256 hash;
  std::vector<char> buffer(1U << 20U);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0)
    hash.update(buffer.data(), static_cast<std::size_t>(in.gcount()));
  return hash.hex();
}

std::string pseudonym(std::string_view person_id, std::string_view key) {
  OSTEOCALC_EXPECT(!key.empty());
  std::array<unsigned char, 32> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(person_id.data()),
       person_id.size(), digest.data(), &size);
  return to_hex(digest).substr(0, 16);
}

std::string load_or_create_key(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file))
    create_key(file);
  std::ifstream in(file, std::ios::binary);
  std::string key((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  while (!key.empty() && (key.back() == '\n' || key.back() == '\r'))
    key.pop_back();
  if (key.empty())
    throw IoError("the key file " + file.string() +
                  " is empty or unreadable (pseudonyms need a key) write one into it");
  return key;
}

} // namespace osteocalc
