from __future__ import annotations

import pytest
from botocore.awsrequest import HeadersDict
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import SERIALIZERS, create_serializer

from provisioner.local.access.resources import RESOURCES
from provisioner.local.wire import Call, error_code, identify, path_parameters, refusal


def signed(service: str, region: str = "eu-west-1", **more: str) -> dict[str, str]:
    scope = f"AKIA/20260101/{region}/{service}/aws4_request"
    return {"authorization": f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0", **more}


JSON = "AmazonEC2ContainerServiceV20141113."


@pytest.mark.parametrize(
    ("headers", "method", "path", "query", "body", "expected"),
    [
        (signed("ecs", **{"x-amz-target": f"{JSON}DescribeServices"}), "POST", "/", "", b"{}",
         ("ecs", "DescribeServices", False)),
        (signed("ecs", **{"x-amz-target": f"{JSON}CreateService"}), "POST", "/", "", b"{}",
         ("ecs", "CreateService", True)),
        (signed("ec2"), "POST", "/", "", b"Action=DescribeVpcs&Version=2016-11-15",
         ("ec2", "DescribeVpcs", False)),
        (signed("iam"), "POST", "/", "", b"Version=2010-05-08&Action=CreateRole",
         ("iam", "CreateRole", True)),
        (signed("elasticloadbalancing"), "POST", "/", "", b"Action=CreateRule&Version=2015-12-01",
         ("elbv2", "CreateRule", True)),
        (signed("elasticloadbalancing"), "POST", "/", "", b"Action=Describe&Version=2012-06-01",
         ("elb", "Describe", False)),
        (signed("tagging", **{"x-amz-target": "X.GetResources"}), "POST", "/", "", b"{}",
         ("resourcegroupstaggingapi", "GetResources", False)),
        (signed("monitoring"), "POST", "/service/Granite/operation/PutDashboard", "", b"",
         ("cloudwatch", "PutDashboard", True)),
        ({}, "POST", "/", "", b"Action=AssumeRoleWithWebIdentity&Version=2011-06-15",
         ("sts", "AssumeRoleWithWebIdentity", True)),
        (signed("s3"), "GET", "/", "", b"", ("s3", "ListBuckets", False)),
        (signed("s3"), "GET", "/some", "list-type=2&prefix=a", b"", ("s3", "ListObjectsV2", False)),
        (signed("s3"), "GET", "/some", "acl", b"", ("s3", "GetBucketAcl", False)),
        (signed("s3"), "PUT", "/some/a/b", "", b"x", ("s3", "PutObject", True)),
        (signed("s3"), "PUT", "/some/a", "partNumber=1&uploadId=u", b"x",
         ("s3", "UploadPart", True)),
        (signed("s3", **{"x-amz-copy-source": "/o/b"}), "PUT", "/some/a", "", b"",
         ("s3", "CopyObject", True)),
        (signed("route53"), "GET", "/2013-04-01/hostedzone/Z1/rrset", "", b"",
         ("route53", "ListResourceRecordSets", False)),
        (signed("lambda"), "POST", "/2015-03-31/functions", "", b"{}",
         ("lambda", "CreateFunction", True)),
        (signed("of-tomorrow"), "PUT", "/thing", "", b"", ("of-tomorrow", "", True)),
        ({}, "GET", "/favicon.ico", "", b"", ("", "", False)),
    ],
)  # fmt: skip
def test_the_operation_is_told(
    headers: dict[str, str],
    method: str,
    path: str,
    query: str,
    body: bytes,
    expected: tuple[str, str, bool],
) -> None:
    call = identify(headers, path, query, body, method)
    assert (call.service, call.operation, call.write) == expected


def test_the_region_is_the_one_signed_for() -> None:
    assert identify(signed("ecs", "ap-south-1"), "/", "", b"").region == "ap-south-1"


def test_a_signature_may_be_in_the_query() -> None:
    query = (
        "Action=GetCallerIdentity&X-Amz-Credential=AKIA%2F20260101%2Fus-west-2%2Fsts%2Faws4_request"
    )
    expected = Call("sts", "GetCallerIdentity", write=False, region="us-west-2")
    assert identify({}, "/", query, b"", "GET") == expected


@pytest.mark.parametrize(
    ("status", "headers", "body", "expected"),
    [
        (200, {}, b"<Code>NotAnError</Code>", ""),
        (400, {"x-amzn-errortype": "ClientException:http://x"}, b"{}", "ClientException"),
        (400, {}, b'{"__type": "com.amazon#NotFound", "message": "m"}', "NotFound"),
        (404, {}, b"<Error><Code>NoSuchEntity</Code></Error>", "NoSuchEntity"),
        (502, {}, b"<html>", "502"),
    ],
    ids=["success", "header", "json", "xml", "not aws"],
)
def test_the_error_code_is_found(
    status: int, headers: dict[str, str], body: bytes, expected: str
) -> None:
    assert error_code(status, headers, body) == expected


@pytest.mark.parametrize(
    ("service", "headers"),
    [
        ("ec2", {}),
        ("iam", {}),
        ("ecs", {"x-amz-target": "X.Y"}),
        ("lambda", {"content-type": "application/json"}),
    ],
)
def test_a_refusal_carries_its_code_in_every_protocol(
    service: str, headers: dict[str, str]
) -> None:
    told, body = refusal(headers, service, "Throttling", "slow & steady")
    lower = {name.lower(): value for name, value in told.items()}
    assert error_code(400, lower, body) == "Throttling"


SERVICES = sorted({*RESOURCES, "lambda", "xray"})
LOADER = Loader()


def model_of(service: str) -> ServiceModel:
    """AWS's description as it is written: a client of S3 changes that of all other clients."""
    return ServiceModel(LOADER.load_service_model(service, "service-2"), service)


def spoken(service: str) -> list[str]:
    """The protocols of a service."""
    metadata = model_of(service).metadata
    return sorted({metadata["protocol"], *metadata.get("protocols", ())})


def test_a_stack_speaks_all_protocols() -> None:
    assert {each for service in SERVICES for each in spoken(service)} == {*SERIALIZERS}


@pytest.mark.parametrize("service", SERVICES)
def test_a_client_reads_a_refusal(service: str) -> None:
    for protocol in spoken(service):
        check_refusal(service, protocol)


def check_refusal(service: str, protocol: str) -> None:
    """As botocore's serializer makes a request of the protocol, and its parser reads the answer."""
    model = model_of(service)
    found = map(model.operation_model, model.operation_names)
    operation = next(each for each in found if "{" not in each.http["requestUri"])
    request = create_serializer(protocol, include_validation=False).serialize_to_request(
        {}, operation
    )
    sent = {name.lower(): str(value) for name, value in request["headers"].items()}
    told, body = refusal(sent, service, "Throttling", "slow & steady — ŝ")
    answer = {"status_code": 400, "headers": HeadersDict(told), "body": body}
    parsed = create_parser(protocol).parse(answer, operation.output_shape)
    assert parsed["Error"].items() >= {"Code": "Throttling", "Message": "slow & steady — ŝ"}.items()
    lower = {name.lower(): value for name, value in told.items()}
    assert error_code(400, lower, body) == "Throttling"


@pytest.mark.parametrize(
    ("service", "operation", "path", "found"),
    [
        ("s3", "GetBucketTagging", "/logs", {"Bucket": "logs"}),
        ("scheduler", "GetSchedule", "/schedules/a%20b", {"Name": "a b"}),
        ("route53", "GetChange", "/2013-04-01/change/C1", {"Id": "C1"}),
        ("ecs", "ListClusters", "/", {}),
    ],
)
def test_what_a_path_names(service: str, operation: str, path: str, found: dict[str, str]) -> None:
    assert path_parameters(service, operation, path) == found
