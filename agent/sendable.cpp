// See sendable.h.
#include "agent/sendable.h"

#include <google/protobuf/descriptor.h>

#include <vector>

#include "agent/utf8.h"
#include "common/wire/message_stream.h"

namespace cutover::agent {
namespace {

namespace pb = google::protobuf;
constexpr std::size_t envelope_bytes = 64;

void make_valid(pb::Message& message);

void make_valid(pb::Message& message, const pb::FieldDescriptor* field) {
  const pb::Reflection& fields = *message.GetReflection();
  const bool is_text = field->cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING;
  if (!field->is_repeated()) {
    if (is_text)
      fields.SetString(&message, field, valid_utf8(fields.GetString(message, field)));
    else
      make_valid(*fields.MutableMessage(&message, field));
    return;
  }
  for (int i = 0; i < fields.FieldSize(message, field); ++i)
    if (is_text)
      fields.SetRepeatedString(&message, field, i,
                               valid_utf8(fields.GetRepeatedString(message, field, i)));
    else
      make_valid(*fields.MutableRepeatedMessage(&message, field, i));
}

void make_valid(pb::Message& message) {
  std::vector<const pb::FieldDescriptor*> set;
  message.GetReflection()->ListFields(message, &set);
  for (const pb::FieldDescriptor* const field : set) {
    const bool holds_texts = field->cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING ||
                             field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE;
    if (holds_texts && !field->is_map()) make_valid(message, field);
  }
}

bool fits(const proto::Reply& reply) {
  return reply.ByteSizeLong() + envelope_bytes <= wire::max_frame_bytes;
}

}  // namespace

proto::Reply sendable(proto::Reply reply) {
  make_valid(reply);
  if (fits(reply)) return reply;
  if (reply.result_case() != proto::Reply::RESULT_NOT_SET) {
    reply.set_outcome(proto::REFUSED);
    reply.set_what("the answer of " + std::to_string(reply.ByteSizeLong()) +
                   " bytes is larger than a frame may be (" +
                   std::to_string(wire::max_frame_bytes) + ")");
    reply.set_hint("serve fewer entries with one agent");
    reply.clear_result();
  }
  if (!fits(reply)) reply.mutable_state()->clear_processes();
  return reply;
}

}  // namespace cutover::agent
