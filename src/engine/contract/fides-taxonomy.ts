/**
 * Data categories of the Fides taxonomy (fideslang 1.3 to 3.2, Ethyca, CC BY 4.0), names only; a category stands under the one before its last dot.
 * Older names stay in use long after the taxonomy replaced them.
 */
export const FIDES_CATEGORIES: readonly string[] = `
user
user.account user.account.settings user.account.username
user.authorization user.authorization.credentials user.authorization.biometric user.authorization.biometrics user.authorization.password
user.behavior user.behavior.browsing_history user.behavior.media_consumption user.behavior.purchase_history user.behavior.search_history
user.biometric user.biometric.fingerprint user.biometric.retinal user.biometric.voice user.biometric.health
user.biometrics user.biometrics.fingerprint user.biometrics.retinal user.biometrics.voice user.biometric_health
user.browsing_history user.childrens user.children user.children.children_under_thirteen user.children.thirteen_to_sixteen
user.contact user.contact.address user.contact.address.city user.contact.address.country user.contact.address.postal_code
user.contact.address.state user.contact.address.street user.contact.address.mailing_address user.contact.email user.contact.phone_number
user.contact.url user.contact.social_url user.contact.fax_number user.contact.organization
user.content user.content.private user.content.public user.content.self_image
user.credentials user.credentials.biometric_credentials user.credentials.password user.criminal_history user.date_of_birth
user.demographic user.demographic.age_range user.demographic.date_of_birth user.demographic.gender user.demographic.language
user.demographic.marital_status user.demographic.political_opinion user.demographic.profile user.demographic.race_ethnicity
user.demographic.religious_belief user.demographic.sexual_orientation user.demographic.citizenship_or_immigration_status
user.demographic.philosophical_belief user.demographic.protected_classifications user.demographic.union_membership
user.device user.device.cookie user.device.cookie_id user.device.device_id user.device.ip_address user.device.sensor user.device.telemetry
user.financial user.financial.account_number user.financial.bank_account user.financial.credit_card
user.gender user.genetic
user.government_id user.government_id.birth_certificate user.government_id.drivers_license_number user.government_id.immigration
user.government_id.national_identification_number user.government_id.passport_number user.government_id.vehicle_registration
user.health_and_medical user.health_and_medical.genetic user.health_and_medical.insurance_beneficiary_id user.health_and_medical.record_id
user.health user.health.genetic user.health.insurance_beneficiary_id user.health.record_id user.health.baby_formula user.health.condition
user.health.maternity_clothing user.health.medical_diagnosis user.health.medications user.health.prescriptions
user.health.reproductive_or_sexual user.health.social_psychological_behavioral user.health.symptons user.health.treatment
user.job_title user.location user.location.coarse user.location.imprecise user.location.precise user.media_consumption
user.name user.name.first user.name.last user.non_specific_age user.nonidentifiable user.observed user.organization
user.payment user.payment.financial_account_number user.political_opinion user.privacy_preferences
user.professional_information user.professional_information.job_title user.professional_information.workplace user.profiling
user.race user.religious_belief user.search_history user.sensor user.settings user.sexual_orientation user.social user.social_activity
user.telemetry user.unique_id user.unique_id.deterministic user.unique_id.probablistic user.unique_id.pseudonymous user.user_sensor user.workplace
system system.authentication system.operations
`
  .trim()
  .split(/\s+/);

const SPECIAL = ["gdpr-article-9"] as const;
const HEALTH = ["gdpr-article-9", "phi"] as const;

/** What a category, and all below it, is at least. */
export const CATEGORY_CLASSES: Readonly<Record<string, readonly string[]>> = {
  user: ["pii"],
  "user.health": HEALTH,
  "user.health_and_medical": HEALTH,
  "user.biometric_health": HEALTH,
  "user.biometric.health": HEALTH,
  "user.biometric": SPECIAL,
  "user.biometrics": SPECIAL,
  "user.authorization.biometric": SPECIAL,
  "user.authorization.biometrics": SPECIAL,
  "user.credentials.biometric_credentials": SPECIAL,
  "user.genetic": SPECIAL,
  "user.political_opinion": SPECIAL,
  "user.race": SPECIAL,
  "user.religious_belief": SPECIAL,
  "user.sexual_orientation": SPECIAL,
  "user.demographic.political_opinion": SPECIAL,
  "user.demographic.race_ethnicity": SPECIAL,
  "user.demographic.religious_belief": SPECIAL,
  "user.demographic.sexual_orientation": SPECIAL,
  "user.demographic.philosophical_belief": SPECIAL,
  "user.demographic.protected_classifications": SPECIAL,
  "user.demographic.union_membership": SPECIAL,
  "user.financial": ["financial"],
  "user.payment": ["financial"],
  "user.financial.credit_card": ["pci-dss"],
  "user.payment.financial_account_number": ["pci-dss"],
};

/** Categories that say that nobody's data is there. `system.authentication` keeps people out and is none of them. */
export const IMPERSONAL_CATEGORIES: readonly string[] = ["system", "system.operations"];
