// SPDX-License-Identifier: Apache-2.0
// An enhanced multi-frame CT made of single-frame files: what differs between them goes into per-frame functional
// groups, what is common into the shared ones.
#pragma once

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dctk.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace osteocalc::test {

/// Moves attributes of a classic data set into the first item of a sequence of a functional group.
inline void move_to_group(DcmItem& from, DcmItem& groups, const DcmTagKey& group,
                          std::initializer_list<DcmTagKey> tags) {
  DcmItem* item = nullptr;
  groups.findOrCreateSequenceItem(group, item, 0);
  for (const DcmTagKey& tag : tags)
    if (DcmElement* element = from.remove(tag))
      item->insert(element, OFTrue);
}

/// The frames of an enhanced file in the order of `files`, all pixels native. \pre all files have the same size
inline void write_enhanced_ct(const std::vector<std::filesystem::path>& files, const std::filesystem::path& file,
                              E_TransferSyntax syntax = EXS_LittleEndianExplicit) {
  DcmFileFormat enhanced;
  DcmDataset& dataset = *enhanced.getDataset();
  std::vector<Uint16> pixels;
  for (std::size_t i = 0; i < files.size(); ++i) {
    DcmFileFormat single;
    if (single.loadFile(files[i].c_str()).bad() || single.loadAllDataIntoMemory().bad())
      throw std::runtime_error("the test cannot load " + files[i].string());
    DcmDataset& slice = *single.getDataset();
    const Uint16* values = nullptr;
    unsigned long count = 0;
    slice.findAndGetUint16Array(DCM_PixelData, values, &count);
    pixels.insert(pixels.end(), values, values + count);
    DcmItem *shared = nullptr, *groups = nullptr;
    dataset.findOrCreateSequenceItem(DCM_SharedFunctionalGroupsSequence, shared, 0);
    dataset.findOrCreateSequenceItem(DCM_PerFrameFunctionalGroupsSequence, groups, static_cast<signed long>(i));
    move_to_group(slice, *groups, DCM_PlanePositionSequence, {DCM_ImagePositionPatient});
    move_to_group(slice, *groups, DCM_PixelValueTransformationSequence,
                  {DCM_RescaleIntercept, DCM_RescaleSlope, DCM_RescaleType});
    DcmItem* content = nullptr;
    groups->findOrCreateSequenceItem(DCM_FrameContentSequence, content, 0);
    content->putAndInsertUint16(DCM_FrameAcquisitionNumber, 7);
    if (i > 0)
      continue;
    move_to_group(slice, *shared, DCM_PixelMeasuresSequence, {DCM_PixelSpacing, DCM_SliceThickness});
    move_to_group(slice, *shared, DCM_PlaneOrientationSequence, {DCM_ImageOrientationPatient});
    move_to_group(slice, *shared, DCM_CTReconstructionSequence, {DCM_ConvolutionKernel});
    DcmItem* details = nullptr;
    shared->findOrCreateSequenceItem(DCM_CTXRayDetailsSequence, details, 0);
    Float64 kvp = 0;
    if (slice.findAndGetFloat64(DCM_KVP, kvp).good())
      details->putAndInsertFloat64(DCM_KVP, kvp); // FD here, DS in single-frame files
    for (const DcmTagKey& tag : {DCM_KVP, DCM_PixelData, DCM_AcquisitionNumber})
      slice.findAndDeleteElement(tag);
    while (slice.card() > 0)
      dataset.insert(slice.remove(0UL), OFTrue);
  }
  dataset.putAndInsertString(DCM_SOPClassUID, UID_EnhancedCTImageStorage);
  dataset.putAndInsertString(DCM_NumberOfFrames, std::to_string(files.size()).c_str());
  dataset.putAndInsertUint16Array(DCM_PixelData, pixels.data(), static_cast<unsigned long>(pixels.size()));
  if (enhanced.saveFile(file.c_str(), syntax).bad())
    throw std::runtime_error("the test cannot save " + file.string());
}

} // namespace osteocalc::test
