package dev.prepull.controller.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.credentials.CloudRegistry.Acr;
import dev.prepull.controller.credentials.CloudRegistry.EcrPrivate;
import dev.prepull.controller.credentials.CloudRegistry.EcrPublic;
import dev.prepull.controller.credentials.CloudRegistry.Google;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which hosts are registries of a cloud: rows of the kubelet's plugins, and then some. */
class CloudRegistryTest {

  @ParameterizedTest
  @CsvSource({
    "123456789012.dkr.ecr.us-west-2.amazonaws.com, us-west-2",
    "123456789012.dkr.ecr-fips.us-west-2.amazonaws.com, us-west-2",
    "123456789012.dkr.ecr.us-gov-east-1.amazonaws.com, us-gov-east-1",
    "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com, us-gov-west-1",
    "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn, cn-north-1",
    "123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu, eusc-de-east-1",
    "123456789012.dkr-ecr.us-west-2.on.aws, us-west-2",
    "123456789012.dkr-ecr-fips.us-gov-east-1.on.aws, us-gov-east-1",
    "123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn, cn-north-1",
    "123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov, us-iso-east-1",
    "123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov, us-isob-east-1",
    "123456789012.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk, eu-isoe-west-1",
    "123456789012.dkr.ecr.us-isof-east-1.csp.hci.ic.gov, us-isof-east-1",
  })
  void privateEcrHasTheRegionOfItsHost(String host, String region) {
    assertThat(CloudRegistry.of(host)).contains(new EcrPrivate(host, region));
  }

  @ParameterizedTest
  @ValueSource(strings = {"public.ecr.aws", "ecr-public.aws.com"})
  void theGalleryIsPublicEcr(String host) {
    assertThat(CloudRegistry.of(host)).contains(new EcrPublic());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gcr.io",
        "eu.gcr.io",
        "us.gcr.io",
        "container.cloud.google.com",
        "europe-docker.pkg.dev",
        "us-central1-docker.pkg.dev",
      })
  void googlesRegistriesShareAToken(String host) {
    assertThat(CloudRegistry.of(host)).contains(new Google());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "example.azurecr.io",
        "Example01.azurecr.io",
        "example-a1b2c3d4e5.azurecr.io",
        "example.azurecr.cn",
        "example.azurecr.us",
        "example.azurecr.de",
      })
  void eachRegistryOfAzureHasItsOwn(String host) {
    assertThat(CloudRegistry.of(host)).contains(new Acr(host));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "docker.io",
        "localhost:5000",
        "12345678901.dkr.ecr.us-west-2.amazonaws.com",
        "1234567890123.dkr.ecr.us-west-2.amazonaws.com",
        "12345678901A.dkr.ecr.us-west-2.amazonaws.com",
        "123456789012.dkr.ecr.us-west-2!.amazonaws.com",
        "123456789012.dkr.ecr.#us-west-2.amazonaws.com",
        "123456789012.dkr.ecr.us-west-2.amazonaws.hacker.com",
        "123456789012.dkr.ecr.us-west-2.hacker.com",
        "123456789012.dkr.ecr.us-west-2.amazonaws.lol",
        "123456789012.dkr.ecr.us-west-2.amazonaws.com.hacker.com",
        "123456789012.dkr.ecr.us-west-2.amazonaws.com:5000",
        "123456789012.dog.ecr.us-west-2.amazonaws.com",
        "123456789012.dkr.cat.us-west-2.amazonaws.com",
        "123456789012.us-west-2.amazonaws.com",
        "123456789012.dkr.ecr.us-iso-east-1.amazonaws.gov",
        "hacker.com.123456789012.dkr.ecr.us-west-2.amazonaws.com",
        "public.ecr.aws.hacker.com",
        "public-ecr.aws",
        "gcr.io.hacker.com",
        "notgcr.io",
        "a.b.gcr.io",
        "pkg.dev",
        "a.b.pkg.dev",
        "azurecr.io",
        "a.b.azurecr.io",
        "example.azurecr.com",
        "example.azurecr.io.hacker.com",
        "example.azurecr.io:443",
      })
  void noOtherHostGetsAToken(String host) {
    assertThat(CloudRegistry.of(host)).isEmpty();
  }

  @Test
  void aTokenShowsNothingOfItself() {
    CloudToken token =
        new CloudToken("alice", "s3cret", java.time.Instant.parse("2026-01-01T00:00:00Z"));

    assertThat(token).hasToString("token until 2026-01-01T00:00:00Z");
  }
}
