package dev.prepull.controller.credentials;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whose token a registry wants. Registries with equal values take the same token.
 *
 * <p>The hosts are those of the kubelet's credential provider plugins, so that a cloud's token goes
 * to no other host. A host with a port is none of them.
 *
 * @see <a
 *     href="https://github.com/kubernetes/cloud-provider-aws/blob/master/cmd/ecr-credential-provider/main.go">
 *     ecr-credential-provider</a>
 * @see <a
 *     href="https://github.com/kubernetes/cloud-provider-gcp/blob/master/pkg/gcpcredential/gcpcredential.go">
 *     auth-provider-gcp</a>
 * @see <a
 *     href="https://github.com/kubernetes-sigs/cloud-provider-azure/blob/master/pkg/credentialprovider/azure_credentials.go">
 *     acr-credential-provider</a>
 */
sealed interface CloudRegistry {

  /** The cloud that it belongs to. */
  Cloud cloud();

  /** What it is, in words. */
  @Override
  String toString();

  /**
   * What that registry belongs to; empty when it is none of a cloud's.
   *
   * @param registry host and port as an image reference has them
   */
  static Optional<CloudRegistry> of(String registry) {
    Matcher ecr = EcrPrivate.HOST.matcher(registry);
    if (ecr.matches()) {
      return Optional.of(new EcrPrivate(registry, ecr.group("region")));
    }
    if (EcrPublic.HOST.matcher(registry).matches()) {
      return Optional.of(new EcrPublic());
    }
    if (Google.HOST.matcher(registry).matches()) {
      return Optional.of(new Google());
    }
    if (Acr.HOST.matcher(registry).matches()) {
      return Optional.of(new Acr(registry));
    }
    return Optional.empty();
  }

  /**
   * The private registry of an AWS account in a region.
   *
   * @param host such as {@code 123456789012.dkr.ecr.eu-west-1.amazonaws.com}
   * @param region as the host names it, so that images of other regions can be pulled as well
   */
  record EcrPrivate(String host, String region) implements CloudRegistry {

    private static final Pattern HOST =
        Pattern.compile(
            "\\d{12}\\.dkr[.-]ecr(?:-fips)?\\.(?<region>[a-zA-Z0-9][a-zA-Z0-9_-]*)\\."
                + "(?:amazonaws\\.(?:com(?:\\.cn)?|eu)|on\\.(?:aws|amazonwebservices\\.com\\.cn)"
                + "|sc2s\\.sgov\\.gov|c2s\\.ic\\.gov|cloud\\.adc-e\\.uk|csp\\.hci\\.ic\\.gov)");

    @Override
    public Cloud cloud() {
      return Cloud.ECR;
    }

    @Override
    public String toString() {
      return "ECR of " + host;
    }
  }

  /** Amazon's public gallery, which gives more to those that it knows. */
  record EcrPublic() implements CloudRegistry {

    private static final Pattern HOST =
        Pattern.compile("public\\.ecr\\.aws|ecr-public\\.aws\\.com");

    @Override
    public Cloud cloud() {
      return Cloud.ECR;
    }

    @Override
    public String toString() {
      return "public ECR";
    }
  }

  /** All of Google's registries. */
  record Google() implements CloudRegistry {

    private static final Pattern HOST =
        Pattern.compile(
            "container\\.cloud\\.google\\.com|(?:[a-z0-9-]+\\.)?gcr\\.io|[a-z0-9-]+\\.pkg\\.dev");

    @Override
    public Cloud cloud() {
      return Cloud.GOOGLE;
    }

    @Override
    public String toString() {
      return "Google's registries";
    }
  }

  /**
   * One registry of Azure.
   *
   * @param host such as {@code example.azurecr.io}
   */
  record Acr(String host) implements CloudRegistry {

    private static final Pattern HOST =
        Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9-]*\\.azurecr\\.(?:io|cn|de|us)");

    @Override
    public Cloud cloud() {
      return Cloud.ACR;
    }

    @Override
    public String toString() {
      return "ACR of " + host;
    }
  }
}
