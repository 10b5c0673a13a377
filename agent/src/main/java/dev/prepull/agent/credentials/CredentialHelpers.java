package dev.prepull.agent.credentials;

import dev.prepull.agent.credentials.ProgramEnd.Ended;
import dev.prepull.credentials.CredentialProblem;
import dev.prepull.credentials.InvalidJsonException;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.credentials.SecretJson;
import dev.prepull.credentials.SecretJson.Members;
import dev.prepull.credentials.SecretJson.Text;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The programs {@code docker-credential-NAME} of the node. {@code docker-credential-NAME get} is
 * told a registry and answers with {@code {"ServerURL": …, "Username": …, "Secret": …}}.
 * Thread-safe.
 *
 * @param directories where they are looked for, in order
 * @param limit how long one may take to answer
 * @see <a href="https://github.com/docker/docker-credential-helpers">docker-credential-helpers</a>
 */
record CredentialHelpers(List<Path> directories, Duration limit) {

  private static final String PREFIX = "docker-credential-";
  private static final String NOT_FOUND = "credentials not found in native keychain";
  private static final String TOKEN_USER = "<token>";

  CredentialHelpers {
    directories = List.copyOf(directories);
  }

  /**
   * Asks a helper.
   *
   * @param server the registry, as {@code docker login} names it
   * @param config what names the helper, for messages
   */
  HelperAnswer ask(String name, String server, String config) throws InterruptedException {
    Question question =
        new Question(PREFIX + name, server, "%s%s of %s".formatted(PREFIX, name, config));
    Optional<Path> file =
        directories.stream()
            .map(directory -> directory.resolve(question.program()))
            .filter(Files::isExecutable)
            .findFirst();
    if (file.isEmpty()) {
      return question.failed(
          "is in none of %s; mount the node's program into one of them".formatted(directories));
    }
    NodeProgram program = new NodeProgram(file.get(), List.of("get"), Map.of(), limit);
    return switch (program.run(server.getBytes(StandardCharsets.UTF_8))) {
      case ProgramEnd.Failed failed -> question.failed(failed.why());
      case Ended ended -> ended.exitCode() == 0 ? question.answer(ended) : question.refusal(ended);
    };
  }

  private record Question(String program, String server, String source) {

    HelperAnswer refusal(Ended ended) {
      // It says so in this place, as the protocol has it, and whatever else on the other.
      String words = ProgramWords.shown(ended.output(), List.of());
      if (words.equals(NOT_FOUND)) {
        return new HelperAnswer.None();
      }
      String said = words.isEmpty() ? ProgramWords.shown(ended.errors(), List.of()) : words;
      return failed(
          "did not tell the credential of %s but ended with %d%s. Try on the node: echo %s | %s get"
              .formatted(
                  server, ended.exitCode(), said.isEmpty() ? "" : ": " + said, server, program));
    }

    HelperAnswer answer(Ended ended) {
      String expected = "expected {\"Username\": …, \"Secret\": …} for " + server;
      try {
        if (!(SecretJson.parse(ended.output()) instanceof Members answer)) {
          return failed("answered with something else; " + expected);
        }
        Optional<SecretJson> username = answer.member("Username");
        Optional<SecretJson> secret = answer.member("Secret");
        if (username.isEmpty() && secret.isEmpty()) {
          return new HelperAnswer.None();
        }
        return username.orElse(null) instanceof Text user
                && secret.orElse(null) instanceof Text word
            ? credential(user.value(), word.value())
            : failed("answered without user or secret; " + expected);
      } catch (InvalidJsonException e) {
        return failed("gave an answer that %s; %s".formatted(e.getMessage(), expected));
      }
    }

    private HelperAnswer credential(String username, String secret) {
      RegistryCredential credential =
          username.equals(TOKEN_USER)
              ? RegistryCredential.ofIdentityToken(source, secret)
              : RegistryCredential.ofPassword(source, username, secret);
      return credential.isAnonymous()
          ? new HelperAnswer.None()
          : new HelperAnswer.Found(credential);
    }

    HelperAnswer failed(String what) {
      return new HelperAnswer.Failed(CredentialProblem.ofWhole(source, what));
    }
  }
}
