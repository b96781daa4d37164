// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/candidates.h"

#include "osteocalc/calcium/disjoint_sets.h"

namespace osteocalc::calcium {
namespace {

constexpr std::size_t index_of(Connectivity connectivity) {
  return connectivity == Connectivity::Eight ? 1 : 0;
}

/// Contacts of one slice's components with each other (corners only: shared faces have joined them) and with those of
/// the slice above.
std::vector<Contact> contacts_of_slice(const RunStack& runs, const GroupStack& groups, std::size_t z,
                                       Connectivity within, Connectivity reach) {
  std::vector<Contact> found;
  const auto add_touching = [&](std::size_t other, int row_offset) {
    for_each_touching(runs[z], runs[other], row_offset, reach, [&](std::size_t i, std::size_t j) {
      const Contact contact{groups.first[z] + groups.slices[z].of_run[i],
                            groups.first[other] + groups.slices[other].of_run[j]};
      if (contact.a != contact.b && (found.empty() || found.back() != contact))
        found.push_back(contact);
    });
  };
  if (within == Connectivity::Four && reach == Connectivity::Eight)
    add_touching(z, 1);
  if (z + 1 == runs.size())
    return found;
  const int rows = reach == Connectivity::Eight ? 1 : 0;
  for (int row_offset = -rows; row_offset <= rows; ++row_offset)
    add_touching(z + 1, row_offset);
  return found;
}

} // namespace

Objects join(const GroupStack& groups, const std::vector<Contact>& contacts, const std::vector<char>& keep) {
  DisjointSets sets(groups.count());
  for (const Contact& contact : contacts)
    if (keep[contact.a] && keep[contact.b])
      sets.join(contact.a, contact.b);
  constexpr std::uint32_t none = ~std::uint32_t{0};
  Objects joined{std::vector<std::uint32_t>(groups.count(), none), {}};
  for (std::size_t z = 0; z < groups.slices.size(); ++z)
    for (std::uint32_t c = 0; c < groups.slices[z].components.size(); ++c) {
      const std::uint32_t group = groups.first[z] + c;
      if (!keep[group])
        continue;
      const std::uint32_t first = sets.root(group);
      if (first == group) {
        joined.of_group[group] = static_cast<std::uint32_t>(joined.objects.size());
        joined.objects.emplace_back();
      } else {
        joined.of_group[group] = joined.of_group[first];
      }
      add(groups.slices[z].components[c], joined.objects[joined.of_group[group]]);
    }
  return joined;
}

const GroupStack& Candidates::groups(Connectivity connectivity) {
  std::optional<GroupStack>& groups = groups_[index_of(connectivity)];
  if (!groups) {
    groups.emplace();
    groups->slices =
        parallel_map(runs_.size(), parallel_, [&](std::size_t z) { return connect(runs_[z], connectivity); });
    groups->first.push_back(0);
    for (const SliceComponents& slice : groups->slices)
      groups->first.push_back(groups->first.back() + static_cast<std::uint32_t>(slice.components.size()));
  }
  return *groups;
}

const std::vector<Contact>& Candidates::contacts(Connectivity within, Connectivity reach) {
  std::optional<std::vector<Contact>>& contacts = contacts_[index_of(within)][index_of(reach)];
  if (!contacts) {
    const GroupStack& stack = groups(within);
    contacts.emplace();
    for (const std::vector<Contact>& slice : parallel_map(
             runs_.size(), parallel_, [&](std::size_t z) { return contacts_of_slice(runs_, stack, z, within, reach); }))
      contacts->insert(contacts->end(), slice.begin(), slice.end());
  }
  return *contacts;
}

const Objects& Candidates::objects(Connectivity within, Connectivity reach) {
  std::optional<Objects>& objects = objects_[index_of(within)][index_of(reach)];
  if (!objects) {
    const GroupStack& stack = groups(within);
    objects = join(stack, contacts(within, reach), std::vector<char>(stack.count(), 1));
  }
  return *objects;
}

} // namespace osteocalc::calcium
