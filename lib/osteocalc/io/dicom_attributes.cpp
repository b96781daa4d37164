// SPDX-License-Identifier: Apache-2.0
// Single-frame and enhanced files differ in where an attribute stands, hardly in which: one table serves both.
#include "osteocalc/io/dicom_attributes.h"

#include "osteocalc/io/dicom_file.h"
#include "osteocalc/io/dxa_exam.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcelem.h>
#include <dcmtk/dcmdata/dcitem.h>
#include <dcmtk/dcmdata/dcsequen.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string_view>

namespace osteocalc::io {
namespace {

/// No attribute here may be longer; every frame keeps its own copy, and a damaged length is believed by the parser.
bool is_short(DcmElement& element) {
  constexpr Uint32 longest_value = 256;
  return element.getLengthField() <= longest_value;
}

std::string text_of(DcmElement& element) {
  OFString value;
  if (is_short(element))
    element.getOFStringArray(value);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\0'))
    value.pop_back();
  return value;
}

/// By way of its text, so that a number is read whichever numeric or text type it was written as. "1,6" is none.
std::optional<double> number_of(DcmElement& element, unsigned long index = 0) {
  OFString value;
  if (!is_short(element) || element.getOFString(value, index).bad())
    return std::nullopt;
  std::string_view digits = value;
  digits.remove_prefix(std::min(digits.find_first_not_of(" +"), digits.size()));
  double number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool whole = std::all_of(end, digits.data() + digits.size(), [](char c) { return c == ' ' || c == '\0'; });
  return error == std::errc{} && whole && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::optional<int> whole_of(DcmElement& element, unsigned long index = 0) {
  const auto number = number_of(element, index);
  if (!number || std::abs(*number) > std::numeric_limits<int>::max())
    return std::nullopt;
  return static_cast<int>(*number);
}

template <std::size_t Count>
std::optional<std::array<double, Count>> numbers_of(DcmElement& element) {
  std::array<double, Count> values{};
  for (std::size_t i = 0; i < Count; ++i) {
    const auto value = number_of(element, i);
    if (!value)
      return std::nullopt;
    values[i] = *value;
  }
  return values;
}

/// "083Y", "011M", "002W", "005D".
std::optional<double> age_from(std::string_view age) {
  int value = 0;
  const auto [end, error] = std::from_chars(age.data(), age.data() + age.size(), value);
  if (error != std::errc{} || end == age.data() + age.size())
    return std::nullopt;
  switch (*end) {
  case 'Y':
    return value;
  case 'M':
    return value / 12.0;
  case 'W':
    return value / 52.1775;
  case 'D':
    return value / 365.2425;
  default:
    return std::nullopt;
  }
}

std::optional<std::array<Vec3, 2>> orientation_of(DcmElement& element) {
  const auto cosines = numbers_of<6>(element);
  if (!cosines)
    return std::nullopt;
  const Vec3 row{(*cosines)[0], (*cosines)[1], (*cosines)[2]};
  const Vec3 column{(*cosines)[3], (*cosines)[4], (*cosines)[5]};
  // Written with a few digits, hence normalised; anything farther from two perpendicular unit vectors is no
  // orientation.
  if (std::max({std::abs(norm(row) - 1), std::abs(norm(column) - 1), std::abs(dot(row, column))}) > 0.01)
    return std::nullopt;
  return std::array<Vec3, 2>{normalized(row), normalized(column)};
}

/// Between rows first, then between columns.
std::optional<std::array<double, 2>> spacing_of(DcmElement& element) {
  const auto spacing = numbers_of<2>(element);
  if (!spacing || !((*spacing)[0] > 0 && (*spacing)[1] > 0))
    return std::nullopt;
  return std::array<double, 2>{(*spacing)[1], (*spacing)[0]};
}

/// US or SS by PixelRepresentation; only the 16 bits matter here.
std::optional<std::uint16_t> sixteen_bits_of(DcmElement& element) {
  const auto value = whole_of(element);
  if (!value || *value < std::numeric_limits<std::int16_t>::min() || *value > std::numeric_limits<std::uint16_t>::max())
    return std::nullopt;
  return static_cast<std::uint16_t>(*value);
}

DcmItem* first_item(DcmObject& element) {
  auto* sequence = dynamic_cast<DcmSequenceOfItems*>(&element);
  return sequence == nullptr || sequence->card() == 0 ? nullptr : sequence->getItem(0);
}

/// One of the mappings turns stored values into g/cm2.
bool maps_to_areal_density(DcmElement& element) {
  auto* mappings = dynamic_cast<DcmSequenceOfItems*>(&element);
  for (unsigned long i = 0; mappings != nullptr && i < mappings->card(); ++i) {
    DcmItem* unit = nullptr;
    OFString code;
    if (mappings->getItem(i)->findAndGetSequenceItem(DCM_MeasurementUnitsCodeSequence, unit).good() &&
        unit->findAndGetOFString(DCM_CodeValue, code).good() && is_areal_density_unit(code))
      return true;
  }
  return false;
}

using Copy = void (*)(DcmElement&, DicomHeader&);

template <std::string DicomHeader::*field>
void text(DcmElement& element, DicomHeader& header) {
  header.*field = text_of(element);
}
template <std::optional<double> DicomHeader::*field>
void number(DcmElement& element, DicomHeader& header) {
  header.*field = number_of(element);
}
template <std::optional<int> DicomHeader::*field>
void whole(DcmElement& element, DicomHeader& header) {
  header.*field = whole_of(element);
}
template <int PixelLayout::*field>
void pixel_format(DcmElement& element, DicomHeader& header) {
  if (const auto value = whole_of(element))
    header.pixels.*field = *value;
}

struct Attribute {
  DcmTagKey tag;
  Copy copy;
};

using H = DicomHeader;
using P = PixelLayout;

/// In the order of their tags.
const Attribute attributes[]{
    {DCM_ImageType, text<&H::image_type>},
    {DCM_SOPClassUID, text<&H::sop_class_uid>},
    {DCM_SOPInstanceUID, text<&H::instance_uid>},
    {DCM_StudyDate, text<&H::study_date>},
    {DCM_AcquisitionDate, text<&H::scan_date>},
    {DCM_AcquisitionTime, text<&H::scan_time>},
    {DCM_Modality, text<&H::modality>},
    {DCM_Manufacturer, text<&H::manufacturer>},
    {DCM_StudyDescription, text<&H::study_description>},
    {DCM_SeriesDescription, text<&H::series_description>},
    {DCM_ManufacturerModelName, text<&H::model>},
    {DCM_FrameType, text<&H::image_type>},
    {DCM_PatientID, text<&H::patient_id>},
    {DCM_PatientSex, [](DcmElement& e, H& header) { header.sex = sex_from_string(text_of(e)); }},
    {DCM_PatientAge, [](DcmElement& e, H& header) { header.age_years = age_from(text_of(e)); }},
    {DCM_ContrastBolusAgent, text<&H::contrast_agent>},
    {DCM_ContrastBolusAgentSequence,
     [](DcmElement& e, H& header) {
       DcmElement* meaning = nullptr;
       if (DcmItem* agent = first_item(e); agent != nullptr && header.contrast_agent.empty() &&
                                           agent->findAndGetElement(DCM_CodeMeaning, meaning).good())
         header.contrast_agent = text_of(*meaning);
     }},
    {DCM_BodyPartExamined, text<&H::body_part>},
    {DCM_SliceThickness, number<&H::thickness_mm>},
    {DCM_KVP, number<&H::kvp_kv>},
    {DCM_DeviceSerialNumber, text<&H::scanner_serial>},
    {DCM_ProtocolName, text<&H::protocol_name>},
    {DCM_TriggerTime, number<&H::trigger_time_ms>},
    {DCM_ReconstructionDiameter, number<&H::field_of_view_mm>},
    {DCM_GantryDetectorTilt, number<&H::gantry_tilt_deg>},
    {DCM_TableHeight, number<&H::table_height_mm>},
    {DCM_Exposure, number<&H::exposure_mas>},
    {DCM_FilterType, text<&H::filter>},
    {DCM_ConvolutionKernel, text<&H::kernel>},
    {DCM_FrameAcquisitionDateTime,
     [](DcmElement& e, H& header) {
       const std::string moment = text_of(e);
       header.scan_date = moment.substr(0, 8);
       header.scan_time = moment.size() > 8 ? moment.substr(8) : "";
     }},
    {DCM_AcquisitionType, text<&H::acquisition_type>},
    {DCM_ExposureInmAs, number<&H::exposure_mas>},
    {DCM_StudyInstanceUID, text<&H::study_uid>},
    {DCM_SeriesInstanceUID, text<&H::series_uid>},
    {DCM_SeriesNumber, whole<&H::series_number>},
    {DCM_AcquisitionNumber, whole<&H::acquisition_number>},
    {DCM_InstanceNumber, whole<&H::instance_number>},
    {DCM_ImagePositionPatient, [](DcmElement& e, H& header) { header.position_mm = numbers_of<3>(e); }},
    {DCM_ImageOrientationPatient, [](DcmElement& e, H& header) { header.row_column_axes = orientation_of(e); }},
    {DCM_FrameOfReferenceUID, text<&H::frame_of_reference_uid>},
    {DCM_Laterality, text<&H::laterality>},
    {DCM_ImageLaterality, text<&H::laterality>},
    {DCM_TemporalPositionIdentifier, whole<&H::temporal_position>},
    {DCM_TemporalPositionIndex, whole<&H::temporal_position>},
    {DCM_FrameAcquisitionNumber, whole<&H::acquisition_number>},
    {DCM_NominalPercentageOfCardiacPhase, number<&H::cardiac_phase_percent>},
    {DCM_SamplesPerPixel, pixel_format<&P::samples>},
    {DCM_PhotometricInterpretation, text<&H::photometric>},
    {DCM_NumberOfFrames, pixel_format<&P::frames>},
    {DCM_Rows, pixel_format<&P::rows>},
    {DCM_Columns, pixel_format<&P::columns>},
    {DCM_PixelSpacing, [](DcmElement& e, H& header) { header.spacing_mm = spacing_of(e); }},
    {DCM_BitsAllocated, pixel_format<&P::bits_allocated>},
    {DCM_BitsStored, pixel_format<&P::bits_stored>},
    {DCM_HighBit, pixel_format<&P::high_bit>},
    {DCM_PixelRepresentation, [](DcmElement& e, H& header) { header.pixels.is_signed = whole_of(e) == 1; }},
    {DCM_PixelPaddingValue, [](DcmElement& e, H& header) { header.pixels.padding = sixteen_bits_of(e); }},
    {DCM_PixelPaddingRangeLimit, [](DcmElement& e, H& header) { header.pixels.padding_limit = sixteen_bits_of(e); }},
    {DCM_BurnedInAnnotation, [](DcmElement& e, H& header) { header.burned_in_annotation = text_of(e) == "YES"; }},
    {DCM_RescaleIntercept, number<&H::intercept>},
    {DCM_RescaleSlope, number<&H::slope>},
    {DCM_RescaleType, text<&H::rescale_type>},
    {DCM_LossyImageCompression, [](DcmElement& e, H& header) { header.lossy = text_of(e) == "01"; }},
    {DCM_RealWorldValueMappingSequence,
     [](DcmElement& e, H& header) { header.maps_to_areal_density = maps_to_areal_density(e); }},
};

} // namespace

void read_attributes(DcmItem& item, DicomHeader& header) {
  for (DcmObject* object = item.nextInContainer(nullptr); object != nullptr; object = item.nextInContainer(object)) {
    const DcmTagKey& tag = object->getTag();
    const auto* found = std::lower_bound(std::begin(attributes), std::end(attributes), tag,
                                         [](const Attribute& known, const DcmTagKey& key) { return known.tag < key; });
    if (found != std::end(attributes) && found->tag == tag)
      if (auto* element = dynamic_cast<DcmElement*>(object))
        found->copy(*element, header);
  }
}

void read_functional_groups(DcmItem& groups, DicomHeader& header) {
  for (DcmObject* object = groups.nextInContainer(nullptr); object != nullptr; object = groups.nextInContainer(object))
    if (DcmItem* group = first_item(*object))
      read_attributes(*group, header);
}

std::optional<int> day_from_dicom(const std::string& date) {
  int year = 0, month = 0, day = 0;
  if (date.size() != 8 || std::sscanf(date.c_str(), "%4d%2d%2d", &year, &month, &day) != 3)
    return std::nullopt;
  const std::chrono::year_month_day when{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (year < 1900 || !when.ok())
    return std::nullopt;
  return static_cast<int>(std::chrono::sys_days(when).time_since_epoch().count());
}

} // namespace osteocalc::io
