package org.gta4j.server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads certificates and keys as certificate authorities write them. */
final class Pem {
  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";

  private Pem() {}

  /**
   * A chain of certificates.
   *
   * @throws IllegalArgumentException if there is none in the file
   */
  static List<X509Certificate> certificates(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    List<X509Certificate> chain = new ArrayList<>();
    try {
      for (Certificate one :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes))) {
        chain.add((X509Certificate) one);
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "%s: expected certificates in PEM, found a mistake: %s".formatted(file, e.getMessage()),
          e);
    }
    if (chain.isEmpty()) {
      throw new IllegalArgumentException(
          file + ": expected certificates in PEM (BEGIN CERTIFICATE), found none");
    }
    return chain;
  }

  /**
   * Whether a certificate's key and a private one belong together: what one signs the other knows.
   */
  static boolean isPair(PublicKey open, PrivateKey secret) {
    String name =
        switch (secret.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> secret.getAlgorithm();
        };
    byte[] text = {1, 2, 3};
    try {
      Signature signature = Signature.getInstance(name);
      signature.initSign(secret);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(open);
      signature.update(text);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false; // of two kinds, say
    }
  }

  /**
   * A private key.
   *
   * @throws IllegalArgumentException if there is none in the file, or of another form than PKCS#8
   */
  static PrivateKey key(Path file) throws IOException {
    String text = Files.readString(file, StandardCharsets.US_ASCII);
    int from = text.indexOf(BEGIN);
    int to = text.indexOf(END);
    if (from < 0 || to < from) {
      throw new IllegalArgumentException(
          "%s: expected a key in PEM without a password (%s), found none".formatted(file, BEGIN));
    }
    byte[] encoded;
    try {
      encoded = Base64.getMimeDecoder().decode(text.substring(from + BEGIN.length(), to));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": expected a key in PEM, found no base64", e);
    }
    return Stream.of("RSA", "EC", "EdDSA")
        .flatMap(algorithm -> key(algorithm, encoded).stream())
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException(file + ": expected a key for RSA, EC or EdDSA"));
  }

  /** A key, if it is one of this kind. */
  private static Optional<PrivateKey> key(String algorithm, byte[] encoded) {
    try {
      return Optional.of(
          KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded)));
    } catch (GeneralSecurityException e) {
      return Optional.empty();
    }
  }
}
