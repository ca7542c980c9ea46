#include "common/postgres/connection.h"
