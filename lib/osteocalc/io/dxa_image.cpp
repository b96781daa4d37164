// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dxa_image.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/io/dcmtk_setup.h"
#include "osteocalc/io/dxa_exam.h"
#include "osteocalc/io/guarded_stream.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace osteocalc::io {
namespace {

/// A private block of ours holds the scanner's calibration: DICOM has no place for one.
const DcmTag private_creator(0x0029, 0x0010, EVR_LO), private_calibration(0x0029, 0x1001, EVR_LT);
constexpr const char* creator_name = "OSTEOCALC DXA";
constexpr double attenuation_step = 2e-4, density_step = 1e-4;

std::string text(DcmItem& item, const DcmTagKey& tag) {
  OFString value;
  item.findAndGetOFStringArray(tag, value);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\0'))
    value.pop_back();
  return value;
}

std::optional<double> number(DcmItem& item, const DcmTagKey& tag, unsigned long index = 0) {
  Float64 value = 0;
  if (item.findAndGetFloat64(tag, value, index).bad())
    return std::nullopt;
  return value;
}

/// value = slope * stored + intercept, and what the value is.
struct Scale {
  DxaContent content = DxaContent::Picture;
  double slope = 1, intercept = 0;
};

std::optional<Scale> mapped_density(DcmItem& item) {
  DcmSequenceOfItems* mappings = nullptr;
  if (item.findAndGetSequence(DCM_RealWorldValueMappingSequence, mappings).bad())
    return std::nullopt;
  for (unsigned long i = 0; i < mappings->card(); ++i) {
    DcmItem* mapping = mappings->getItem(i);
    DcmItem* unit = nullptr;
    const auto slope = number(*mapping, DCM_RealWorldValueSlope),
               intercept = number(*mapping, DCM_RealWorldValueIntercept);
    if (slope && intercept && mapping->findAndGetSequenceItem(DCM_MeasurementUnitsCodeSequence, unit).good() &&
        is_areal_density_unit(text(*unit, DCM_CodeValue)))
      return Scale{DxaContent::ArealDensity, *slope, *intercept};
  }
  return std::nullopt;
}

Scale scale_of(DcmItem& item) {
  if (const auto mapped = mapped_density(item))
    return *mapped;
  const auto slope = number(item, DCM_RescaleSlope);
  const std::string type = text(item, DCM_RescaleType);
  if (!slope)
    return {};
  const Scale scale{DxaContent::Picture, *slope, number(item, DCM_RescaleIntercept).value_or(0)};
  if (is_areal_density_unit(type))
    return {DxaContent::ArealDensity, scale.slope, scale.intercept};
  if (type == "ATTENUATION")
    return {DxaContent::Attenuation, scale.slope, scale.intercept};
  return scale;
}

std::optional<double> age_of(DcmItem& item) {
  const std::string age = text(item, DCM_PatientAge);
  int years = 0;
  char unit = 0;
  if (std::sscanf(age.c_str(), "%d%c", &years, &unit) != 2 || unit != 'Y')
    return std::nullopt;
  return years;
}

VolumeGeometry grid_of(DcmItem& item, bool& has_spacing) {
  Uint16 rows = 0, columns = 0;
  item.findAndGetUint16(DCM_Rows, rows);
  item.findAndGetUint16(DCM_Columns, columns);
  if (rows == 0 || columns == 0 || rows > 16384 || columns > 16384)
    throw DicomError("the file has no image of a usable size (nothing can be measured) give an image");
  VolumeGeometry grid;
  grid.size = {columns, rows, 1};
  for (const DcmTagKey& tag : {DCM_PixelSpacing, DCM_NominalScannedPixelSpacing, DCM_ImagerPixelSpacing}) {
    const auto row = number(item, tag, 0), column = number(item, tag, 1);
    if (row && column && *row > 0 && *column > 0) {
      grid.spacing_mm = {*column, *row, 1};
      has_spacing = true;
      break;
    }
  }
  grid.axes = {Vec3{1, 0, 0}, Vec3{0, 0, -1}, Vec3{0, 1, 0}};
  return grid;
}

/// One value in a stored pixel's bits.
double stored_value(std::uint32_t raw, int bits, bool is_signed) {
  if (is_signed && (raw >> (bits - 1)) != 0)
    return static_cast<double>(raw) - std::ldexp(1.0, bits);
  return static_cast<double>(raw);
}

std::vector<Volume<float>> frames_of(DcmDataset& dataset, const VolumeGeometry& grid, const Scale& scale) {
  if (dataset.chooseRepresentation(EXS_LittleEndianExplicit, nullptr).bad())
    throw DicomError("the pixels cannot be decoded (the compression is not supported) convert the file to an "
                     "uncompressed transfer syntax");
  Uint16 allocated = 8, stored = 8, samples = 1, representation = 0;
  dataset.findAndGetUint16(DCM_BitsAllocated, allocated);
  dataset.findAndGetUint16(DCM_BitsStored, stored);
  dataset.findAndGetUint16(DCM_SamplesPerPixel, samples);
  dataset.findAndGetUint16(DCM_PixelRepresentation, representation);
  if (samples != 1 || (allocated != 8 && allocated != 16) || stored == 0 || stored > allocated)
    return {}; // a colour page: recognised, not read
  Sint32 declared = 1;
  dataset.findAndGetSint32(DCM_NumberOfFrames, declared);
  const auto count = static_cast<std::size_t>(std::clamp<Sint32>(declared, 1, 64));
  const std::size_t pixels = voxel_count(grid);
  const Uint8* bytes = nullptr;
  const Uint16* words = nullptr;
  unsigned long length = 0;
  if (allocated == 8 ? dataset.findAndGetUint8Array(DCM_PixelData, bytes, &length).bad()
                     : dataset.findAndGetUint16Array(DCM_PixelData, words, &length).bad())
    throw DicomError("the file has no pixels (nothing can be measured) give the whole file");
  if (length < pixels * count)
    throw DicomError("the file ends before its pixels do (what is missing would be taken for air) give the whole file");
  const bool inverted =
      text(dataset, DCM_PhotometricInterpretation) == "MONOCHROME1" && scale.content == DxaContent::Picture;
  const std::uint32_t mask = (1U << stored) - 1U;
  std::vector<Volume<float>> frames;
  for (std::size_t frame = 0; frame < count; ++frame) {
    Volume<float>& image = frames.emplace_back(grid);
    for (std::size_t i = 0; i < pixels; ++i) {
      const std::uint32_t raw = (allocated == 8 ? bytes[frame * pixels + i] : words[frame * pixels + i]) & mask;
      const double value =
          scale.slope * stored_value(inverted ? mask - raw : raw, stored, representation == 1 && !inverted) +
          scale.intercept;
      image.voxels()[i] = static_cast<float>(value);
    }
  }
  return frames;
}

/// Tells low from high where the file or its image type does; 0 low, 1 high.
std::optional<int> energy_of(DcmItem& item) {
  const std::string type = text(item, DCM_ImageType);
  if (type.find("LOW_ENERGY") != std::string::npos)
    return 0;
  if (type.find("HIGH_ENERGY") != std::string::npos)
    return 1;
  return std::nullopt;
}

struct LoadedFile {
  DxaImage image;
  std::optional<int> energy;
  std::optional<double> kvp_kv;
};

LoadedFile load(const std::filesystem::path& file) {
  DcmFileFormat format;
  if (!load_guarded(file, format))
    throw DicomError(file.filename().string() + " is no DICOM file (nothing is known about it) give a DICOM image");
  DcmDataset& dataset = *format.getDataset();
  LoadedFile loaded;
  DxaImage& image = loaded.image;
  image.modality = text(dataset, DCM_Modality);
  image.manufacturer = text(dataset, DCM_Manufacturer);
  image.model = text(dataset, DCM_ManufacturerModelName);
  image.patient_id = text(dataset, DCM_PatientID);
  image.age_years = age_of(dataset);
  image.sex = sex_from_string(text(dataset, DCM_PatientSex));
  const std::string protocol = text(dataset, DCM_ProtocolName), series = text(dataset, DCM_SeriesDescription),
                    study = text(dataset, DCM_StudyDescription), body = text(dataset, DCM_BodyPartExamined);
  std::string laterality = text(dataset, DCM_ImageLaterality);
  if (laterality.empty())
    laterality = text(dataset, DCM_Laterality);
  image.exam = dxa_exam_from({protocol, series, study, body, laterality});
  if (!is_dxa_modality(image.modality))
    throw Refusal(
        refused("DXA-NOT", file.filename().string(),
                "modality " + image.modality +
                    " is not one densitometers write (it would be measured as what it is not) give a DXA image"));
  const Scale scale = scale_of(dataset);
  image.content = scale.content;
  image.frames = frames_of(dataset, grid_of(dataset, image.has_spacing), scale);
  if (text(dataset, private_creator) == creator_name)
    image.calibration_json = text(dataset, private_calibration);
  loaded.energy = energy_of(dataset);
  loaded.kvp_kv = number(dataset, DCM_KVP);
  return loaded;
}

/// Two files of one scan as one image, low energy first.
LoadedFile joined(LoadedFile a, LoadedFile b) {
  const bool told = a.energy && b.energy && *a.energy != *b.energy;
  const bool by_voltage = a.kvp_kv && b.kvp_kv && *a.kvp_kv != *b.kvp_kv;
  if (!told && !by_voltage)
    throw Refusal(refused("DXA-ENERGY", "images",
                          "neither image type nor tube voltage tells which file is the low energy (exchanged they give "
                          "wrong densities) name LOW_ENERGY and HIGH_ENERGY in the image type"));
  if (told ? *a.energy == 1 : *a.kvp_kv > *b.kvp_kv)
    std::swap(a, b);
  for (Volume<float>& frame : b.image.frames)
    a.image.frames.push_back(std::move(frame));
  return a;
}

void judge(DxaImage& image) {
  if (image.content == DxaContent::Attenuation && image.frames.size() != 2)
    throw Refusal(refused("DXA-ENERGY", "image",
                          "attenuation needs a low and a high energy image, and there is but one (bone and soft tissue "
                          "cannot be told apart) give both files"));
  if (image.content != DxaContent::Picture && !image.has_spacing)
    throw Refusal(refused("DXA-SPACING", "image",
                          "the pixel spacing is missing (areas would be guesses) give files with PixelSpacing"));
  if (image.content == DxaContent::Picture)
    image.issues.push_back(
        refused("DXA-PICTURE", "image",
                "the pixels are grey levels without a scale in g/cm2 (geometry only, no density) give "
                "the scanner's results, or its calibrated or dual-energy images"));
  if (!image.exam)
    image.issues.push_back(
        warning("DXA-EXAM", "image",
                "protocol and series name no exam of a known kind and side (regions cannot be placed) "
                "name it in ProtocolName, or give regions by --roi"));
}

} // namespace

DxaImage read_dxa_image(const std::vector<std::filesystem::path>& files) {
  setup_dcmtk();
  if (files.empty() || files.size() > 2)
    throw ConfigError("one image is one file, or two with the low and the high energy (more cannot belong together) "
                      "name one exam at a time");
  LoadedFile loaded = load(files[0]);
  if (files.size() == 2)
    loaded = joined(std::move(loaded), load(files[1]));
  judge(loaded.image);
  return std::move(loaded.image);
}

namespace {

void put(DcmItem& item, const DcmTag& tag, const std::string& value) {
  item.putAndInsertString(tag, value.c_str());
}

std::string decimal(double value) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.8g", value);
  return digits;
}

std::string uid(const DxaFileOptions& options, const std::string& purpose) {
  const std::string hash = sha256_hex(options.uid_seed + "/" + purpose);
  return "2.25." + std::to_string(std::stoull(hash.substr(0, 16), nullptr, 16));
}

void put_identity(DcmDataset& dataset, const DxaFileOptions& options) {
  put(dataset, DCM_SOPClassUID, UID_MultiframeGrayscaleWordSecondaryCaptureImageStorage);
  put(dataset, DCM_SOPInstanceUID, uid(options, std::string("image ") + std::string(to_string(options.exam))));
  put(dataset, DCM_StudyInstanceUID, uid(options, "study"));
  put(dataset, DCM_SeriesInstanceUID, uid(options, std::string("series ") + std::string(to_string(options.exam))));
  put(dataset, DCM_PatientID, options.patient_id);
  put(dataset, DCM_PatientName, options.patient_id);
  put(dataset, DCM_PatientSex, options.sex ? std::string(to_string(*options.sex)) : "");
  if (options.age_years) {
    char age[8];
    std::snprintf(age, sizeof age, "%03dY", static_cast<int>(*options.age_years) % 1000);
    put(dataset, DCM_PatientAge, age);
  }
  for (const DcmTagKey& tag : {DCM_PatientBirthDate, DCM_AccessionNumber, DCM_ReferringPhysicianName})
    put(dataset, tag, "");
  put(dataset, DCM_StudyDate, "20000101");
  put(dataset, DCM_StudyTime, "120000");
  put(dataset, DCM_StudyID, "1");
  put(dataset, DCM_SeriesNumber, "1");
  put(dataset, DCM_InstanceNumber, "1");
  put(dataset, DCM_Modality, "BMD");
  put(dataset, DCM_ConversionType, "SI");
  put(dataset, DCM_Manufacturer, options.manufacturer);
  put(dataset, DCM_ManufacturerModelName, "synthetic densitometer");
  put(dataset, DCM_ProtocolName, std::string(to_string(options.exam)));
  put(dataset, DCM_SeriesDescription, std::string(to_string(options.exam)));
  const bool left = options.exam == DxaExam::FemurLeft || options.exam == DxaExam::KneeLeft;
  const bool right = options.exam == DxaExam::FemurRight || options.exam == DxaExam::KneeRight;
  if (left || right)
    put(dataset, DCM_Laterality, left ? "L" : "R");
}

void put_scale(DcmDataset& dataset, const DxaFileOptions& options) {
  const bool density = options.content == DxaContent::ArealDensity;
  if (!density) {
    put(dataset, DCM_RescaleSlope, decimal(attenuation_step));
    put(dataset, DCM_RescaleIntercept, "0");
    put(dataset, DCM_RescaleType, "ATTENUATION");
    return;
  }
  DcmItem* mapping = nullptr;
  dataset.findOrCreateSequenceItem(DCM_RealWorldValueMappingSequence, mapping);
  mapping->putAndInsertFloat64(DCM_RealWorldValueSlope, density_step);
  mapping->putAndInsertFloat64(DCM_RealWorldValueIntercept, -0.5);
  mapping->putAndInsertUint16(DCM_RealWorldValueFirstValueMapped, 0);
  mapping->putAndInsertUint16(DCM_RealWorldValueLastValueMapped, 65535);
  put(*mapping, DCM_LUTLabel, "BMD");
  put(*mapping, DCM_LUTExplanation, "areal bone mineral density");
  DcmItem* unit = nullptr;
  mapping->findOrCreateSequenceItem(DCM_MeasurementUnitsCodeSequence, unit);
  put(*unit, DCM_CodeValue, "g/cm2");
  put(*unit, DCM_CodingSchemeDesignator, "UCUM");
  put(*unit, DCM_CodeMeaning, "gram per square centimeter");
}

} // namespace

void write_dxa_image(const std::vector<const Volume<float>*>& frames, const std::filesystem::path& file,
                     const DxaFileOptions& options) {
  setup_dcmtk();
  DcmFileFormat format;
  DcmDataset& dataset = *format.getDataset();
  put_identity(dataset, options);
  const VolumeGeometry& grid = frames.front()->geometry();
  put(dataset, DCM_ImageType, "DERIVED\\PRIMARY");
  dataset.putAndInsertUint16(DCM_SamplesPerPixel, 1);
  put(dataset, DCM_PhotometricInterpretation, "MONOCHROME2");
  dataset.putAndInsertUint16(DCM_Rows, static_cast<Uint16>(grid.size[1]));
  dataset.putAndInsertUint16(DCM_Columns, static_cast<Uint16>(grid.size[0]));
  for (const DcmTagKey& tag : {DCM_BitsAllocated, DCM_BitsStored})
    dataset.putAndInsertUint16(tag, 16);
  dataset.putAndInsertUint16(DCM_HighBit, 15);
  dataset.putAndInsertUint16(DCM_PixelRepresentation, 0);
  put(dataset, DCM_NumberOfFrames, std::to_string(frames.size()));
  dataset.putAndInsertTagKey(DCM_FrameIncrementPointer, DCM_PageNumberVector);
  put(dataset, DCM_PageNumberVector, frames.size() == 2 ? "1\\2" : "1");
  put(dataset, DCM_PixelSpacing, decimal(grid.spacing_mm[1]) + "\\" + decimal(grid.spacing_mm[0]));
  if (!options.kvp_kv.empty())
    put(dataset, DCM_KVP, decimal(options.kvp_kv.front()));
  put_scale(dataset, options);
  if (!options.calibration_json.empty()) {
    put(dataset, private_creator, creator_name);
    put(dataset, private_calibration, options.calibration_json);
  }
  const bool density = options.content == DxaContent::ArealDensity;
  const double step = density ? density_step : attenuation_step, zero = density ? -0.5 : 0.0;
  std::vector<Uint16> stored;
  for (const Volume<float>* frame : frames)
    for (const float value : frame->voxels())
      stored.push_back(
          static_cast<Uint16>(std::clamp(std::lround((static_cast<double>(value) - zero) / step), 0L, 65535L)));
  dataset.putAndInsertUint16Array(DCM_PixelData, stored.data(), stored.size());
  if (format.saveFile(file.c_str(), EXS_LittleEndianExplicit).bad())
    throw IoError(file.string() + " cannot be written (disk full or no permission?) choose another folder");
}

} // namespace osteocalc::io
