// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calcium/components.h"
#include "osteocalc/core/parallel.h"

#include <array>
#include <optional>
#include <vector>

namespace osteocalc::calcium {

/// Components of every slice, with a running number through the stack: component c of slice z is first[z] + c.
struct GroupStack {
  std::vector<SliceComponents> slices;
  std::vector<std::uint32_t> first; ///< one more entry than slices: the last is the count
  [[nodiscard]] std::uint32_t count() const noexcept { return first.back(); }
};

/// Two components, by running number, that share a face, edge or corner.
struct Contact {
  std::uint32_t a = 0, b = 0;
  friend bool operator==(const Contact&, const Contact&) = default;
};

/// Connected objects through the stack, numbered in the order of their first component, from the lowest slice up.
struct Objects {
  std::vector<std::uint32_t> of_group; ///< by the component's running number
  std::vector<Component> objects;
};

/// Objects that the components `keep` lets through form when those that touch are joined. \pre keep.size() == count
[[nodiscard]] Objects join(const GroupStack& groups, const std::vector<Contact>& contacts,
                           const std::vector<char>& keep);

/// The pixels of one region at or above one bound, and what the rules ask of them: components within slices, contacts
/// between them, objects through slices. Each is worked out when first asked for and then kept, because rules that
/// differ in sizes, weights and thickness share them.
class Candidates {
 public:
  Candidates(RunStack runs, Parallel parallel) : runs_(std::move(runs)), parallel_(parallel) {}

  [[nodiscard]] const RunStack& runs() const noexcept { return runs_; }
  [[nodiscard]] const GroupStack& groups(Connectivity connectivity);
  /// Which groups(within) touch: through a face (Four), or through a face, edge or corner (Eight).
  [[nodiscard]] const std::vector<Contact>& contacts(Connectivity within, Connectivity reach);
  /// The objects those contacts make: 6-connected (Four, Four), 26-connected (any, Eight); of_group is for
  /// groups(within).
  [[nodiscard]] const Objects& objects(Connectivity within, Connectivity reach);

 private:
  RunStack runs_;
  Parallel parallel_;
  std::array<std::optional<GroupStack>, 2> groups_;
  std::array<std::array<std::optional<std::vector<Contact>>, 2>, 2> contacts_;
  std::array<std::array<std::optional<Objects>, 2>, 2> objects_;
};

} // namespace osteocalc::calcium
