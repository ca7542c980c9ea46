#include "common/wire/message_stream.h"
