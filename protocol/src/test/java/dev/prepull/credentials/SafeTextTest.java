package dev.prepull.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is shown of what others say. */
class SafeTextTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "credentials not found in native keychain",
        "E0925 plugin.go:42] error: could not reach 169.254.169.254:80: connection refused",
        "operation error ECR: GetAuthorizationToken, https response error StatusCode: 403, RequestID: 01234567-89ab-cdef-0123-456789abcdef, AccessDeniedException",
        "no such host 123456789012.dkr.ecr.eu-west-1.amazonaws.com",
        "open /var/lib/kubelet/plugins/credential-provider.json: no such file or directory",
        "user arn:aws:sts::123456789012:assumed-role/node is not authorized",
      })
  void showsWhatSaysWhyItFailed(String said) {
    assertThat(shown(said)).isEqualTo(said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "password=s3cret refused | password=… refused",
        "{\"Username\":\"AWS\",\"Password\":\"s3cret\"} | {\"Username\":\"AWS\",\"Password\":\"…\"}",
        "identity_token: s3cret; | identity_token: …;",
        "AWS_SECRET_ACCESS_KEY=s3cret | AWS_SECRET_ACCESS_KEY=…",
        "apiKey 's3cret', api-key='s3cret' | apiKey 's3cret', api-key='…'",
        "sent Bearer s3cret to it | sent Bearer … to it",
        "sent Basic dXNlcjpwYXNz to it | sent Basic … to it",
        "GET https://user:s3cret@reg.example/v2/ | GET https://…@reg.example/v2/",
        "got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x-Y_z1 back | got … back",
        "got dGhpcyBpcyBhIHNlY3JldCAxMjM= back | got … back",
      })
  void hidesWhatLooksLikeASecret(String said, String shown) {
    assertThat(shown(said)).isEqualTo(shown);
  }

  @Test
  void hidesWhatIsKnownToBeASecret() {
    assertThat(SafeText.of("he said hunter2 and hunter2!", List.of("hunter2", "", " ")))
        .isEqualTo("he said … and …!");
  }

  @Test
  void isOneLineWithoutControlCharacters() {
    assertThat(shown("\n first \u001b[31mred\u0007\r\n\n second\t\n"))
        .isEqualTo("first [31mred second");
  }

  private static String shown(String said) {
    return SafeText.of(said);
  }
}
