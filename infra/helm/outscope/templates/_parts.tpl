{{- define "outscope.labels" -}}
app.kubernetes.io/name: outscope
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "outscope.allLabels" -}}
{{ include "outscope.labels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "outscope.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "outscope.container" -}}
image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{ include "outscope.confined" . }}
{{- end }}

{{- define "outscope.confined" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{- define "outscope.coordinating" -}}
- {name: OUTSCOPE_BROKER_FILE, value: /run/secrets/outscope/broker_url}
- {name: OUTSCOPE_DATABASE_FILE, value: /run/secrets/outscope/database_url}
- {name: OUTSCOPE_SIGNING_KEY_FILE, value: /run/secrets/outscope/signing_key}
- {name: OUTSCOPE_WRITERS, value: elsewhere}
- {name: OUTSCOPE_HEALTH, value: "0.0.0.0:8081"}
- {name: OUTSCOPE_LOG_LEVEL, value: {{ .Values.logLevel }}}
{{- end }}

{{- define "outscope.mounts" -}}
volumeMounts:
  - {name: secrets, mountPath: /run/secrets/outscope, readOnly: true}
  - {name: data, mountPath: /var/lib/outscope}
  - {name: tmp, mountPath: /tmp}
{{- end }}

{{- define "outscope.volumes" -}}
volumes:
  - name: secrets
    secret: {secretName: {{ .Values.secret }}, defaultMode: 0440}
  - {name: data, emptyDir: {}}
  - {name: tmp, emptyDir: {}}
{{- end }}

{{- define "outscope.probes" -}}
ports: [{name: health, containerPort: 8081}]
startupProbe: {httpGet: {path: /healthz, port: health}, periodSeconds: 3, failureThreshold: 40}
livenessProbe: {httpGet: {path: /healthz, port: health}, periodSeconds: 10, timeoutSeconds: 5}
readinessProbe: {httpGet: {path: /readyz, port: health}, periodSeconds: 5, timeoutSeconds: 5}
{{- end }}

{{- define "outscope.apart" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{ include "outscope.labels" . | nindent 8 }}
{{- end }}

{{- define "outscope.hosts" -}}
{{- $own := list (printf "%s-api" .Release.Name) (printf "%s-api.%s" .Release.Name .Release.Namespace) -}}
{{- $named := .Values.api.publicHosts -}}
{{- if .Values.ingress.enabled }}{{ $named = append $named .Values.ingress.host }}{{ end -}}
{{- join "," (concat $own $named | uniq) -}}
{{- end }}
