//! The Alipay Open API v2: bytes in, signed bytes out; one file per method
