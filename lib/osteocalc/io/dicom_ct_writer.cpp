// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dicom_ct_writer.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/io/dcmtk_setup.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmdata/dcuid.h>

#include <cmath>
#include <cstdio>
#include <limits>

namespace osteocalc::io {
namespace {

/// A decimal string of at most 16 characters, as the DICOM type DS demands.
std::string decimal(double value) {
  char text[32];
  for (int digits = 12; digits > 0; --digits)
    if (std::snprintf(text, sizeof text, "%.*g", digits, value) <= 16)
      break;
  return text;
}

std::string decimals(std::initializer_list<double> values) {
  std::string text;
  for (const double value : values)
    text.append(text.empty() ? "" : "\\").append(decimal(value));
  return text;
}

/// A UID that follows from the seed and what it is for.
std::string uid(const CtSeriesOptions& options, const std::string& purpose) {
  const std::string hash = sha256_hex(options.uid_seed + "/" + purpose);
  return "2.25." + std::to_string(std::stoull(hash.substr(0, 16), nullptr, 16));
}

void put(DcmDataset& dataset, const DcmTagKey& tag, const std::string& value) {
  dataset.putAndInsertString(tag, value.c_str());
}

void put(DcmDataset& dataset, const DcmTagKey& tag, int value) {
  dataset.putAndInsertUint16(tag, static_cast<Uint16>(value));
}

void put_patient_and_study(DcmDataset& dataset, const CtSeriesOptions& options) {
  put(dataset, DCM_PatientName, options.patient_id);
  put(dataset, DCM_PatientID, options.patient_id);
  put(dataset, DCM_PatientBirthDate, "");
  put(dataset, DCM_PatientSex, options.sex ? std::string(to_string(*options.sex)) : "");
  if (options.age_years) {
    char age[8];
    std::snprintf(age, sizeof age, "%03dY", static_cast<int>(*options.age_years) % 1000);
    put(dataset, DCM_PatientAge, age);
  }
  put(dataset, DCM_StudyInstanceUID, uid(options, "study"));
  put(dataset, DCM_StudyDate, "20000101");
  put(dataset, DCM_StudyTime, "120000");
  put(dataset, DCM_StudyID, "1");
  put(dataset, DCM_AccessionNumber, "");
  put(dataset, DCM_ReferringPhysicianName, "");
}

void put_series(DcmDataset& dataset, const CtSeriesOptions& options) {
  put(dataset, DCM_SOPClassUID, UID_CTImageStorage);
  put(dataset, DCM_Modality, "CT");
  put(dataset, DCM_ImageType, "ORIGINAL\\PRIMARY\\AXIAL");
  put(dataset, DCM_SeriesInstanceUID, uid(options, "series"));
  put(dataset, DCM_FrameOfReferenceUID, uid(options, "frame"));
  put(dataset, DCM_PositionReferenceIndicator, "");
  put(dataset, DCM_SeriesNumber, "1");
  put(dataset, DCM_Laterality, "");
  put(dataset, DCM_SeriesDescription, options.series_description);
  put(dataset, DCM_PatientPosition, "HFS");
  put(dataset, DCM_Manufacturer, "OsteoCalc");
  put(dataset, DCM_ManufacturerModelName, "synthetic scanner");
  put(dataset, DCM_AcquisitionNumber, "1");
  put(dataset, DCM_KVP, options.kvp_kv ? decimal(*options.kvp_kv) : "");
  put(dataset, DCM_ConvolutionKernel, options.kernel);
  if (!options.contrast_agent.empty())
    put(dataset, DCM_ContrastBolusAgent, options.contrast_agent);
}

void put_pixel_format(DcmDataset& dataset, const VolumeGeometry& geometry, const CtSeriesOptions& options) {
  put(dataset, DCM_SamplesPerPixel, 1);
  put(dataset, DCM_PhotometricInterpretation, "MONOCHROME2");
  put(dataset, DCM_Rows, geometry.size[1]);
  put(dataset, DCM_Columns, geometry.size[0]);
  put(dataset, DCM_BitsAllocated, 16);
  put(dataset, DCM_BitsStored, 16);
  put(dataset, DCM_HighBit, 15);
  put(dataset, DCM_PixelRepresentation, 1);
  put(dataset, DCM_RescaleSlope, decimal(options.slope));
  put(dataset, DCM_RescaleIntercept, decimal(options.intercept));
  put(dataset, DCM_RescaleType, "HU");
}

void put_place(DcmDataset& dataset, const VolumeGeometry& geometry, const CtSeriesOptions& options, int z) {
  const auto& [x_axis, y_axis, z_axis] = geometry.axes;
  const Vec3 position = index_to_point(geometry, {0, 0, static_cast<double>(z)});
  put(dataset, DCM_SOPInstanceUID, uid(options, "slice " + std::to_string(z)));
  put(dataset, DCM_InstanceNumber, std::to_string(z + 1));
  put(dataset, DCM_ImagePositionPatient, decimals({position[0], position[1], position[2]}));
  put(dataset, DCM_ImageOrientationPatient,
      decimals({x_axis[0], x_axis[1], x_axis[2], y_axis[0], y_axis[1], y_axis[2]}));
  put(dataset, DCM_PixelSpacing, decimals({geometry.spacing_mm[1], geometry.spacing_mm[0]}));
  put(dataset, DCM_SliceThickness, decimal(options.nominal_thickness_mm.value_or(geometry.spacing_mm[2])));
}

std::vector<Uint16> stored_values(SliceView<const std::int16_t> hu, const CtSeriesOptions& options) {
  using Stored = std::numeric_limits<std::int16_t>;
  std::vector<Uint16> stored;
  stored.reserve(static_cast<std::size_t>(hu.width) * static_cast<std::size_t>(hu.height));
  for (int y = 0; y < hu.height; ++y)
    for (int x = 0; x < hu.width; ++x) {
      const double value = std::round((hu(x, y) - options.intercept) / options.slope);
      if (value < Stored::min() || value > Stored::max())
        throw ConfigError(std::to_string(hu(x, y)) + " HU does not fit into 16 bits with slope " +
                          decimal(options.slope) + " and intercept " + decimal(options.intercept) +
                          " (it would be written wrong) choose another slope or intercept");
      stored.push_back(static_cast<Uint16>(static_cast<std::int16_t>(value)));
    }
  return stored;
}

} // namespace

std::vector<std::filesystem::path> write_dicom_ct(const Volume<std::int16_t>& hu, const std::filesystem::path& folder,
                                                  const CtSeriesOptions& options) {
  setup_dcmtk();
  std::filesystem::create_directories(folder);
  return parallel_map(static_cast<std::size_t>(hu.size(2)), options.parallel, [&](std::size_t slice) {
    const int z = static_cast<int>(slice);
    char name[32];
    std::snprintf(name, sizeof name, "slice_%04d.dcm", z + 1);
    std::filesystem::path file = folder / name;
    DcmFileFormat format;
    DcmDataset& dataset = *format.getDataset();
    put_patient_and_study(dataset, options);
    put_series(dataset, options);
    put_pixel_format(dataset, hu.geometry(), options);
    put_place(dataset, hu.geometry(), options, z);
    const std::vector<Uint16> stored = stored_values(hu.slice(z), options);
    dataset.putAndInsertUint16Array(DCM_PixelData, stored.data(), static_cast<unsigned long>(stored.size()));
    const OFCondition saved = format.saveFile(file.c_str(), EXS_LittleEndianExplicit);
    if (saved.bad())
      throw IoError("cannot write " + file.string() + ": " + saved.text() +
                    " (the series would be incomplete) check the folder and the space on the disk");
    return file;
  });
}

} // namespace osteocalc::io
