"""Runs inside target/venv-aes: the AES fork of the official SDK. Reads JSON on stdin, prints JSON.

in:  {"server_url", "app_id", "private_key", "platform_public_key", "aes_key", "calls": [[method, biz], ...]}
out: [{...inner object...}, ...]
"""

import importlib
import json
import re
import sys

from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient


def main():
    """One line of JSON in, one out."""
    wanted = json.load(sys.stdin)
    config = AlipayClientConfig()
    config.server_url, config.app_id = wanted["server_url"], wanted["app_id"]
    config.app_private_key, config.alipay_public_key = wanted["private_key"], wanted["platform_public_key"]
    config.encrypt_type, config.encrypt_key = "AES", wanted["aes_key"]
    client = DefaultAlipayClient(config)
    answers = []
    for method, biz in wanted["calls"]:
        base = "".join(part.capitalize() for part in re.split(r"[._]", method))
        request_class = getattr(importlib.import_module(f"alipay.aop.api.request.{base}Request"), base + "Request")
        model_class = getattr(importlib.import_module(f"alipay.aop.api.domain.{base}Model"), base + "Model")
        answers.append(json.loads(client.execute(request_class(biz_model=model_class.from_alipay_dict(biz)))))
    json.dump(answers, sys.stdout)


main()
