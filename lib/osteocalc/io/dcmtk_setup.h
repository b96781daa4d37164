// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace osteocalc::io {

/// Loads DCMTK's dictionary, registers its decoders and silences its log; once per process, from any thread.
/// \throw ConfigError when the dictionary is not installed
void setup_dcmtk();

} // namespace osteocalc::io
