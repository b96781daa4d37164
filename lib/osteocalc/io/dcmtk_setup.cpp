// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dcmtk_setup.h"

#include "osteocalc/core/error.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcdict.h>
#include <dcmtk/dcmdata/dcrledrg.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <dcmtk/oflog/oflog.h>

#include <malloc.h>

namespace osteocalc::io {
namespace {

/// Buffers of a slice are taken and freed for every slice: kept by the process, they are not faulted in anew each time.
void keep_slice_buffers() {
  mallopt(M_MMAP_THRESHOLD, 16 << 20);
  mallopt(M_TRIM_THRESHOLD, 32 << 20);
}

struct Session {
  Session() {
    keep_slice_buffers();
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    dcmDataDict.rdlock(); // loads the dictionary, which must not happen in several threads at once
    dictionary_loaded = dcmDataDict.isDictionaryLoaded();
    dcmDataDict.rdunlock();
    DcmRLEDecoderRegistration::registerCodecs();
    DJDecoderRegistration::registerCodecs();
    DJLSDecoderRegistration::registerCodecs();
  }
  ~Session() {
    DJLSDecoderRegistration::cleanup();
    DJDecoderRegistration::cleanup();
    DcmRLEDecoderRegistration::cleanup();
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  bool dictionary_loaded = false;
};

} // namespace

void setup_dcmtk() {
  static const Session session;
  if (!session.dictionary_loaded)
    throw ConfigError("DCMTK finds no data dictionary (without it implicit VR files cannot be read) install dcmtk's "
                      "dicom.dic or name it in DCMDICTPATH");
}

} // namespace osteocalc::io
