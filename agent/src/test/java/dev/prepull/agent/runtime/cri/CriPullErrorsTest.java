package dev.prepull.agent.runtime.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.prepull.model.PullReason;
import io.vertx.grpc.common.GrpcStatus;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Containerd's texts were measured on 1.6.20, 1.7.24 and 2.1.9, except where a row says otherwise.
 * CRI-O's were not measured; they come from its source and issues.
 */
class CriPullErrorsTest {

  private static final String PULL = "failed to pull and unpack image \"reg.example/team/app:1\": ";
  private static final String OLD =
      PULL + "failed to resolve reference \"reg.example/team/app:1\": ";
  private static final String NEW = PULL + "failed to resolve image: ";
  private static final String URL = "http://127.0.0.1:5000/v2/team/app/manifests/1";
  private static final String SHA = "sha256:" + "a".repeat(64);
  private static final String ANONYMOUS_BASIC =
      "pull access denied, repository does not exist or may require authorization: authorization"
          + " failed: no basic auth credentials";
  private static final String ANONYMOUS_TOKEN =
      "pull access denied, repository does not exist or may require authorization: server message:"
          + " insufficient_scope: authorization failed";
  private static final String COPY = PULL + "failed to copy: httpReadSeeker: failed open: ";

  @ParameterizedTest(name = "{0}: {2} {3}")
  @MethodSource({
    "containerdResolving",
    "containerdFetching",
    "containerdUnpacking",
    "containerdNames",
    "crio",
    "transport"
  })
  void meansWhatTheRuntimeMeans(String source, PullReason reason, GrpcStatus code, String text) {
    assertThat(CriPullErrors.reason(code, text)).as(source).isEqualTo(reason);
  }

  static Stream<Arguments> containerdResolving() {
    return Stream.of(
        row(
            "1.6/1.7 absent",
            PullReason.NOT_FOUND,
            GrpcStatus.NOT_FOUND,
            OLD + "reg.example/team/app:1: not found"),
        row(
            "2.1 absent",
            PullReason.NOT_FOUND,
            GrpcStatus.NOT_FOUND,
            NEW + "reg.example/team/app:1: not found"),
        unknown(
            "1.6 basic",
            PullReason.UNAUTHORIZED,
            OLD
                + "pulling from host 127.0.0.1:5000 failed with status code [manifests 1]: 401 Unauthorized"),
        unknown("1.7 basic, anonymous", PullReason.UNAUTHORIZED, OLD + ANONYMOUS_BASIC),
        unknown("2.1 basic, anonymous", PullReason.UNAUTHORIZED, NEW + ANONYMOUS_BASIC),
        unknown("1.7 basic, wrong", PullReason.UNAUTHORIZED, OLD + head("401 Unauthorized")),
        unknown("2.1 basic, wrong", PullReason.UNAUTHORIZED, NEW + head("401 Unauthorized")),
        unknown("1.6/1.7 token, anonymous", PullReason.UNAUTHORIZED, OLD + ANONYMOUS_TOKEN),
        unknown("2.1 token, anonymous", PullReason.UNAUTHORIZED, NEW + ANONYMOUS_TOKEN),
        unknown(
            "1.6 token, wrong",
            PullReason.UNAUTHORIZED,
            OLD
                + "failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized"),
        unknown(
            "1.7/2.1 token, wrong",
            PullReason.UNAUTHORIZED,
            NEW
                + "failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://auth.example/token: 401 Unauthorized"),
        unknown(
            "malformed auth", PullReason.UNAUTHORIZED, OLD + "illegal base64 data at input byte 0"),
        unknown(
            "1.6 403",
            PullReason.UNAUTHORIZED,
            OLD
                + "pulling from host 127.0.0.1:5000 failed with status code [manifests 1]: 403 Forbidden"),
        unknown("1.7 403", PullReason.UNAUTHORIZED, OLD + head("403 Forbidden")),
        unknown("2.1 403", PullReason.UNAUTHORIZED, NEW + head("403 Forbidden")),
        unknown(
            "1.6 429",
            PullReason.RATE_LIMITED,
            OLD
                + "pulling from host 127.0.0.1:5000 failed with status code [manifests 1]: 429 Too Many Requests"),
        unknown("1.7 429", PullReason.RATE_LIMITED, OLD + head("429 Too Many Requests")),
        unknown("2.1 429", PullReason.RATE_LIMITED, NEW + head("429 Too Many Requests")),
        unknown(
            "1.6 500",
            PullReason.REGISTRY_UNAVAILABLE,
            OLD
                + "pulling from host 127.0.0.1:5000 failed with status code [manifests 1]: 500 Internal Server Error"),
        unknown(
            "1.6 503",
            PullReason.REGISTRY_UNAVAILABLE,
            OLD
                + "pulling from host 127.0.0.1:5000 failed with status code [manifests 1]: 503 Service Unavailable"),
        unknown("1.7 503", PullReason.REGISTRY_UNAVAILABLE, OLD + head("503 Service Unavailable")),
        unknown(
            "2.1 500", PullReason.REGISTRY_UNAVAILABLE, NEW + head("500 Internal Server Error")),
        unknown("2.1 503", PullReason.REGISTRY_UNAVAILABLE, NEW + head("503 Service Unavailable")),
        unknown(
            "not measured: token server 503",
            PullReason.REGISTRY_UNAVAILABLE,
            OLD
                + "failed to authorize: failed to fetch anonymous token: unexpected status: 503 Service Unavailable"),
        unknown(
            "1.6/1.7 refused",
            PullReason.REGISTRY_UNAVAILABLE,
            OLD + request("dial tcp 127.0.0.1:1: connect: connection refused")),
        unknown(
            "2.1 refused",
            PullReason.REGISTRY_UNAVAILABLE,
            NEW + request("dial tcp 127.0.0.1:1: connect: connection refused")),
        unknown(
            "no DNS",
            PullReason.REGISTRY_UNAVAILABLE,
            NEW + request("dial tcp: lookup no-such-host.invalid on 10.0.0.10:53: no such host")),
        unknown("dropped", PullReason.REGISTRY_UNAVAILABLE, OLD + request("EOF")),
        unknown(
            "1.6 TLS",
            PullReason.REGISTRY_UNAVAILABLE,
            OLD + request("x509: certificate signed by unknown authority")),
        unknown(
            "1.7/2.1 TLS",
            PullReason.REGISTRY_UNAVAILABLE,
            NEW
                + request(
                    "tls: failed to verify certificate: x509: certificate signed by unknown authority")),
        unknown(
            "1.7 plain http",
            PullReason.REGISTRY_UNAVAILABLE,
            OLD + request("tls: first record does not look like a TLS handshake")),
        unknown(
            "1.6/1.7 garbage",
            PullReason.CORRUPT_IMAGE,
            OLD + "failed to read expected number of bytes: unexpected EOF"),
        unknown(
            "2.1 garbage",
            PullReason.CORRUPT_IMAGE,
            NEW + "short read: expected 750 bytes but got 18: unexpected EOF"),
        row(
            "1.6/1.7 platform",
            PullReason.NO_MATCHING_PLATFORM,
            GrpcStatus.NOT_FOUND,
            PULL + "no match for platform in manifest: not found"),
        row(
            "2.1 platform",
            PullReason.NO_MATCHING_PLATFORM,
            GrpcStatus.NOT_FOUND,
            PULL
                + "get image config descriptor: no match for platform in manifest "
                + SHA
                + ": not found"));
  }

  static Stream<Arguments> containerdFetching() {
    return Stream.of(
        row(
            "blob 404",
            PullReason.NOT_FOUND,
            GrpcStatus.NOT_FOUND,
            COPY
                + "could not fetch content descriptor "
                + SHA
                + " (application/vnd.oci.image.layer.v1.tar+gzip) from remote: not found"),
        unknown(
            "1.6/1.7 blob 500",
            PullReason.REGISTRY_UNAVAILABLE,
            COPY
                + "unexpected status code "
                + URL
                + ": 500 Internal Server Error - Server message: unknown: injected"),
        unknown(
            "2.1 blob 500",
            PullReason.REGISTRY_UNAVAILABLE,
            COPY
                + "unexpected status from GET request to "
                + URL
                + ": 500 Internal Server Error unknown: injected"),
        unknown(
            "1.6/1.7 blob 429",
            PullReason.RATE_LIMITED,
            COPY
                + "unexpected status code "
                + URL
                + ": 429 Too Many Requests - Server message: unknown: injected"),
        unknown(
            "2.1 blob 429",
            PullReason.RATE_LIMITED,
            COPY
                + "unexpected status from GET request to "
                + URL
                + ": 429 Too Many Requests unknown: injected"),
        row(
            "corrupted layer",
            PullReason.CORRUPT_IMAGE,
            GrpcStatus.FAILED_PRECONDITION,
            PULL
                + "failed commit on ref \"layer-"
                + SHA
                + "\": unexpected commit digest "
                + SHA
                + ", expected "
                + SHA
                + ": failed precondition"),
        unknown(
            "disk full",
            PullReason.DISK_PRESSURE,
            PULL
                + "failed to copy: write /var/lib/containerd/io.containerd.content.v1.content/ingest/0a/data: no space left on device"),
        row(
            "1.7 own progress timeout",
            PullReason.TIMEOUT,
            GrpcStatus.CANCELLED,
            OLD + request("context canceled")),
        row(
            "2.1 own progress timeout",
            PullReason.TIMEOUT,
            GrpcStatus.CANCELLED,
            PULL + "failed to copy: context canceled"),
        row(
            "deadline",
            PullReason.TIMEOUT,
            GrpcStatus.DEADLINE_EXCEEDED,
            "context deadline exceeded"));
  }

  static Stream<Arguments> containerdUnpacking() {
    return Stream.of(
        unknown(
            "1.6/1.7 disk full",
            PullReason.DISK_PRESSURE,
            PULL
                + "failed to extract layer "
                + SHA
                + ": write /var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/2/fs/data/0.bin: no space left on device: unknown"),
        unknown(
            "2.1 disk full",
            PullReason.DISK_PRESSURE,
            PULL
                + "failed to extract layer (application/vnd.oci.image.layer.v1.tar+gzip "
                + SHA
                + ") to overlayfs as \"extract-1\": write /var/lib/x: no space left on device"),
        row(
            "not measured: lost snapshot",
            PullReason.ERR_IMAGE_PULL,
            GrpcStatus.NOT_FOUND,
            PULL
                + "failed to prepare extraction snapshot \"extract-1 "
                + SHA
                + "\": parent snapshot "
                + SHA
                + " does not exist: not found"),
        unknown(
            "not measured: bad gzip",
            PullReason.CORRUPT_IMAGE,
            PULL + "failed to extract layer " + SHA + ": gzip: invalid header: unknown"),
        unknown(
            "not measured: anything else",
            PullReason.ERR_IMAGE_PULL,
            PULL + "mount callback failed on /tmp/containerd-mount1: operation not permitted"));
  }

  static Stream<Arguments> containerdNames() {
    return Stream.of(
        unknown(
            "empty",
            PullReason.INVALID_IMAGE_NAME,
            "failed to parse image reference \"\": invalid reference format"),
        unknown(
            "space",
            PullReason.INVALID_IMAGE_NAME,
            "failed to parse image reference \"a b\": invalid reference format"),
        unknown(
            "1.6 upper case",
            PullReason.INVALID_IMAGE_NAME,
            "failed to parse image reference \"UPPER/case:1\": invalid reference format: repository name must be lowercase"));
  }

  static Stream<Arguments> crio() {
    return Stream.of(
        unknown(
            "manifest",
            PullReason.NOT_FOUND,
            "reading manifest 1 in reg.example/team/app: manifest unknown"),
        unknown(
            "1.18",
            PullReason.NOT_FOUND,
            "Error reading manifest latest in reg.example/image: manifest unknown: manifest unknown"),
        unknown(
            "repository",
            PullReason.NOT_FOUND,
            "initializing source docker://reg.example/a:1: reading manifest 1 in reg.example/a: name unknown: repository a not found"),
        unknown(
            "denied",
            PullReason.UNAUTHORIZED,
            "Error reading manifest latest in docker.io/crio/busybox: errors: denied: requested access to the resource is denied unauthorized: authentication required"),
        unknown(
            "unauthorized",
            PullReason.UNAUTHORIZED,
            "reading manifest 1 in reg.example/team/app: unauthorized: authentication required"),
        unknown(
            "token",
            PullReason.UNAUTHORIZED,
            "initializing source docker://reg.example/a:1: unable to retrieve auth token: invalid username/password: unauthorized: bad credentials"),
        unknown(
            "rate",
            PullReason.RATE_LIMITED,
            "Error reading manifest v3.20.0 in docker.io/calico/kube-controllers: toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit"),
        unknown(
            "rate",
            PullReason.RATE_LIMITED,
            "parsing image configuration: too many requests to registry"),
        unknown(
            "refused",
            PullReason.REGISTRY_UNAVAILABLE,
            "RegistryUnavailable: initializing source docker://127.0.0.1:1/a:1: pinging container registry 127.0.0.1:1: Get \"http://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused"),
        unknown(
            "timeout",
            PullReason.REGISTRY_UNAVAILABLE,
            "pinging docker registry returned: Get http://registry-1.docker.io/v2/: dial tcp 34.199.40.84:80: i/o timeout"),
        unknown(
            "DNS",
            PullReason.REGISTRY_UNAVAILABLE,
            "error pinging docker registry registry-1.docker.io: Get \"https://registry-1.docker.io/v2/\": proxyconnect tcp: dial tcp: lookup http: Temporary failure in name resolution"),
        unknown(
            "503",
            PullReason.REGISTRY_UNAVAILABLE,
            "reading manifest 1 in reg.example/a: received unexpected HTTP status: 503 Service Unavailable"),
        unknown(
            "platform",
            PullReason.NO_MATCHING_PLATFORM,
            "choosing image instance: no image found in image index for architecture \"amd64\", variant \"\", OS \"linux\""),
        unknown(
            "platform",
            PullReason.NO_MATCHING_PLATFORM,
            "Error choosing image instance: no image found in manifest list for architecture arm, variant v8, OS linux"),
        unknown(
            "disk full",
            PullReason.DISK_PRESSURE,
            "writing blob: storing blob to file \"/var/tmp/container_images_storage1/1\": write /var/tmp/container_images_storage1/1: no space left on device"),
        unknown(
            "corrupted",
            PullReason.CORRUPT_IMAGE,
            "writing blob: Digest did not match, expected " + SHA + ", got " + SHA),
        unknown(
            "signature",
            PullReason.ERR_IMAGE_PULL,
            "SignatureValidationFailed: Source image rejected: Running image docker://reg.example/a:1 is rejected by policy."));
  }

  static Stream<Arguments> transport() {
    return Stream.of(
        row(
            "containerd killed",
            PullReason.RUNTIME_UNAVAILABLE,
            GrpcStatus.UNAVAILABLE,
            "HttpClosedException: Connection was closed"),
        row(
            "containerd stopping",
            PullReason.RUNTIME_UNAVAILABLE,
            GrpcStatus.UNAVAILABLE,
            "transport is closing"),
        row(
            "plugin disabled",
            PullReason.RUNTIME_UNAVAILABLE,
            GrpcStatus.UNIMPLEMENTED,
            "unknown service runtime.v1.ImageService"));
  }

  @Test
  void readsNoMeaningIntoTheNameOfAnImage() {
    String text =
        "failed to pull and unpack image \"denied: 429 Too Many Requests\": failed to do request:"
            + " Head \"https://reg.example/v2/toomanyrequests/manifests/unauthorized:\": EOF";

    assertThat(CriPullErrors.reason(GrpcStatus.UNKNOWN, text))
        .isEqualTo(PullReason.REGISTRY_UNAVAILABLE);
  }

  private static String head(String status) {
    return "unexpected status from HEAD request to " + URL + ": " + status;
  }

  private static String request(String failure) {
    return "failed to do request: Head \"" + URL + "\": " + failure;
  }

  private static Arguments unknown(String source, PullReason reason, String text) {
    return row(source, reason, GrpcStatus.UNKNOWN, text);
  }

  private static Arguments row(String source, PullReason reason, GrpcStatus code, String text) {
    return arguments(source, reason, code, text);
  }
}
