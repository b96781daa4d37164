// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace osteocalc::calcium {

/// Union-find whose root is always the smallest member, so that sets are numbered by their first member.
class DisjointSets {
 public:
  explicit DisjointSets(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0U); }

  [[nodiscard]] std::uint32_t root(std::uint32_t item) {
    while (parent_[item] != item) {
      parent_[item] = parent_[parent_[item]];
      item = parent_[item];
    }
    return item;
  }

  void join(std::uint32_t a, std::uint32_t b) {
    if (parent_[a] == parent_[b])
      return; // most neighbours meet in several places
    a = root(a);
    b = root(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

  /// The set of each item, numbered from 0 in the order of first members; `sets` becomes their number.
  [[nodiscard]] std::vector<std::uint32_t> numbered(std::uint32_t& sets) {
    std::vector<std::uint32_t> number(parent_.size());
    sets = 0;
    for (std::uint32_t item = 0; item < number.size(); ++item) {
      const std::uint32_t first = root(item);
      number[item] = first == item ? sets++ : number[first];
    }
    return number;
  }

 private:
  std::vector<std::uint32_t> parent_;
};

} // namespace osteocalc::calcium
