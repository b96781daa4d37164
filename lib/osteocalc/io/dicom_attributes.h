// SPDX-License-Identifier: Apache-2.0
#pragma once

class DcmItem;

namespace osteocalc::io {

struct DicomHeader;

/// Copies every attribute of `item` that a header holds, and leaves the others as they are: a data set first, then the
/// functional groups that refine it.
void read_attributes(DcmItem& item, DicomHeader& header);

/// Copies what a functional group says: the attributes of the first item of each of its sequences.
void read_functional_groups(DcmItem& groups, DicomHeader& header);

} // namespace osteocalc::io
